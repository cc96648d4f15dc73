import { randomUUID } from 'node:crypto';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { createTestGateway, type TestGateway } from '@commonhold/kit/testing/gateway.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createOwnerTransactions } from './database/tenant-transaction.ts';
import { type StartedDirectory, startDirectory } from './testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');
const DAY = 24 * 60 * 60 * 1000;
const HERE = 'northgate-p05-r01';

describe.each(EITHER_DATABASE)('an assigned service request in a directory on %s', (_, provide) => {
  let started: StartedDirectory;
  let communal: TestGateway;
  let request = '';

  beforeAll(async () => {
    started = await startDirectory(provide);
    communal = createTestGateway(await started.identityOf('communal'), 'directory', started.port);
    const admin = { ...claimsOf('COMPANY_ADMIN', 'northgate'), sub: 'northgate-company-admin' };
    const { errors } = await started.gateway.ask(
      { ...admin, policies: ['public', 'fresh-mfa', 'strong-mfa'] },
      'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { grant { state } } }',
      {
        input: {
          person: encodeId({ tenant: NORTHGATE, type: 'Person', residence: undefined, key: 'northgate-analyst' }),
          role: 'TECHNICIAN',
          assignments: true,
          reason: 'Repairs what is assigned',
          until: new Date(Date.now() + 30 * DAY).toISOString(),
          idempotencyKey: randomUUID(),
        },
      },
    );
    expect(errors).toBeUndefined();
  });

  beforeEach(() => {
    request = `req-${randomUUID()}`;
  });

  afterAll(async () => {
    await communal?.close();
    await started?.stop();
  });

  const tell = async (assignment: object, tenant = 'northgate', by: TestGateway = communal) => {
    const token = await mintServiceToken(await started.identityOf('communal'), 'directory', { tenant });
    const body = { request, residence: HERE, person: 'northgate-analyst', deadline: null, ...assignment };
    const { status, body: text } = await by.send('/assignments', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ assignments: [{ asOf: new Date().toISOString(), ...body }] }),
    });
    return { status, unknown: status === 200 ? (JSON.parse(text).unknown as string[]) : undefined };
  };

  /** On what the role by assignments gives rights. */
  const reached = async (sub = 'northgate-analyst') => {
    const token = await mintServiceToken(await started.identityOf('gateway'), 'directory', {
      tenant: 'northgate',
      sub,
    });
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await started.gateway.send('/access', { method: 'POST', headers });
    const { grants, unchangedFor, version } = JSON.parse(body);
    const grant = grants.find(({ role }: { role: string }) => role === 'TECHNICIAN');
    return { residences: grant?.residences as string[] | undefined, unchangedFor, version };
  };

  const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

  it('gives rights on its residence from when it is told, and until it is told to be over', async () => {
    const before = await reached();
    expect(before.residences).toEqual([]);
    expect(await tell({ asOf: at(0) })).toEqual({ status: 200, unknown: [] });
    const during = await reached();
    expect(during.residences).toEqual([HERE]);
    expect(during.version).toBeGreaterThan(before.version);
    await tell({ person: null, asOf: at(1) });
    const after = await reached();
    expect(after.residences).toEqual([]);
    expect(after.version).toBeGreaterThan(during.version);
  });

  it('goes over from one to another in one step', async () => {
    await tell({ asOf: at(0) });
    await tell({ person: 'northgate-technician', asOf: at(1) });
    expect((await reached()).residences).toEqual([]);
    // A role that is granted for residences reaches those, whatever else is assigned.
    expect((await reached('northgate-technician')).residences).not.toContain(HERE);
  });

  it('is not revived by what was told before, however late that comes and however often', async () => {
    await tell({ person: null, asOf: at(1) });
    await Promise.all([tell({ asOf: at(0) }), tell({ asOf: at(-1) }), tell({ asOf: at(0) })]);
    expect((await reached()).residences).toEqual([]);
  });

  it('is over when two messages of one instant say so and not, in either order', async () => {
    const asOf = at(0);
    await tell({ asOf });
    await tell({ person: null, asOf });
    expect((await reached()).residences).toEqual([]);
    await tell({ asOf });
    expect((await reached()).residences).toEqual([]);
  });

  it('ends by itself fourteen days after its deadline, and gateways are told when that is', async () => {
    await tell({ asOf: at(0), deadline: new Date(Date.now() - 13 * DAY).toISOString() });
    const { residences, unchangedFor } = await reached();
    expect(residences).toEqual([HERE]);
    expect(unchangedFor).toBeLessThanOrEqual(DAY);
    await tell({ asOf: at(1), deadline: new Date(Date.now() - 15 * DAY).toISOString() });
    expect((await reached()).residences).toEqual([]);
    await tell({ asOf: at(2), deadline: new Date(Date.now() + 1000 * DAY).toISOString() });
    const { rows } = await createOwnerTransactions(started.database)(NORTHGATE, (transaction) =>
      sql<{ days: number }>`
        select extract(epoch from until - now())::float8 / 86400 as days from assignment where request = ${request}
      `.execute(transaction),
    );
    expect(rows[0]?.days).toBeLessThanOrEqual(90);
    await tell({ person: null, asOf: at(3) });
  });

  it.each([
    ['a person of another company', { person: 'riverside-analyst' }],
    ['nobody', { person: 'northgate-nobody' }],
    ['a residence of another company', { residence: 'riverside-p05-r01' }],
    ['a residence that is not there', { residence: 'northgate-p99-r01' }],
  ])('gives nothing to %s', async (_what, change) => {
    expect(await tell(change)).toEqual({ status: 200, unknown: [request] });
    expect((await reached()).residences).toEqual([]);
  });

  it('does not move to another residence', async () => {
    await tell({ person: null, asOf: at(0) });
    expect(await tell({ residence: 'northgate-p06-r01', asOf: at(1) })).toEqual({ status: 200, unknown: [request] });
    expect((await reached()).residences).toEqual([]);
  });

  const compare = async (...listed: readonly object[]) => {
    const token = await mintServiceToken(await started.identityOf('communal'), 'directory', { tenant: 'northgate' });
    const own = { residence: HERE, person: 'northgate-analyst', deadline: null };
    const { body } = await communal.send('/assignments', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ listed: listed.map((one) => ({ request, ...own, ...one })) }),
    });
    const { changed, missing } = JSON.parse(body) as { changed: string[]; missing: { request: string }[] };
    return { isChanged: changed.includes(request), isMissing: missing.some((one) => one.request === request) };
  };

  it('is compared with what the partner lists, and a newer word counts more than an older list', async () => {
    const asOf = at(0);
    expect(await compare({ asOf })).toEqual({ isChanged: true, isMissing: false });
    await tell({ asOf });
    expect(await compare({ asOf })).toEqual({ isChanged: false, isMissing: false });
    expect(await compare()).toEqual({ isChanged: false, isMissing: true });
    expect(await compare({ asOf: at(1), person: 'northgate-technician' })).toEqual({
      isChanged: true,
      isMissing: false,
    });
    expect(await compare({ asOf: at(-1), person: 'northgate-technician' })).toEqual({
      isChanged: false,
      isMissing: false,
    });
    expect((await reached()).residences).toEqual([HERE]);
    await tell({ person: null, asOf: at(2) });
    expect(await compare({ asOf: at(1) })).toEqual({ isChanged: false, isMissing: false });
    expect(await compare()).toEqual({ isChanged: false, isMissing: false });
  });

  it('is not ended by a look that began before it was assigned', async () => {
    await tell({ asOf: at(0) });
    await tell({ person: null, asOf: at(-1) });
    expect((await reached()).residences).toEqual([HERE]);
    await tell({ person: null, asOf: at(1) });
    expect((await reached()).residences).toEqual([]);
  });

  it.each([
    ['somebody who is not of the company', { person: 'riverside-technician' }],
    ['another residence', { residence: 'northgate-p06-r01' }],
  ])('is over for whom it was assigned to once it is of %s', async (_what, change) => {
    await tell({ asOf: at(0) });
    expect(await tell({ asOf: at(-1), ...change })).toEqual({ status: 200, unknown: [request] });
    expect((await reached()).residences).toEqual([HERE]);
    expect(await tell({ asOf: at(1), ...change })).toEqual({ status: 200, unknown: [request] });
    expect((await reached()).residences).toEqual([]);
  });

  it('is over when two messages of one instant name different people', async () => {
    const asOf = at(0);
    await tell({ asOf });
    await tell({ asOf, person: 'northgate-technician' });
    expect((await reached()).residences).toEqual([]);
  });

  it('is told by the communal subgraph alone, and in a form that is one', async () => {
    expect((await tell({}, 'northgate', started.gateway)).status).toBe(401);
    expect((await tell({ asOf: 'soon' })).status).toBe(400);
    expect((await tell({ request: '../etc' })).status).toBe(400);
    expect((await reached()).residences).toEqual([]);
  });
});
