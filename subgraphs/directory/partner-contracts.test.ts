/** Signed contracts: kept sealed, shown to those who hold a grant for it, and to nobody else. */
import { randomUUID } from 'node:crypto';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { ROLES, type Role } from '@commonhold/schema/policy.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createOwnerTransactions } from './database/tenant-transaction.ts';
import { type StartedDirectory, startDirectory } from './testing/start-directory.ts';

const CLEAR = `%PDF-1.7 signed by ${randomUUID()}`;
const DOCUMENT = Buffer.from(CLEAR).toString('base64');
const ADD = `mutation ($input: AddPartnerContractInput!) {
  addPartnerContract(input: $input) { contract { id partner version mediaType addedBy document } } }`;
const ONE = 'query ($id: ID!) { partnerContract(id: $id) { document } }';

const persona = (role: Role, company = 'northgate'): SubgraphClaims => ({
  ...claimsOf(role, company, [`${company}-p01-r01`]),
  sub: `${company}-${role.toLowerCase().replace('_', '-')}`,
  policies: ['public', 'fresh-mfa', 'personal-data'],
});
const MANAGER = persona('INTEGRATION_MANAGER');
const NOBODY_ELSE = (Object.keys(ROLES) as Role[]).filter(
  (role) => role !== 'INTEGRATION_MANAGER' && role !== 'SECURITY_OFFICER',
);

describe.each(EITHER_DATABASE)('contracts with partners on %s', (_, provide) => {
  let started: StartedDirectory;
  let id: string;

  const add = async (changes: object = {}, who = MANAGER) => {
    const input = {
      ...{ partner: 'COMMUNAL', version: randomUUID(), validUntil: '2028-01-01T00:00:00Z', mediaType: 'PDF' },
      ...{ document: inParts(DOCUMENT), idempotencyKey: randomUUID() },
      ...changes,
    };
    const { data, errors } = await started.gateway.ask(who, ADD, { input });
    const payload = data as { addPartnerContract: { contract: Record<string, string> } | null } | null | undefined;
    return { contract: payload?.addPartnerContract?.contract, error: errors?.[0] };
  };

  beforeAll(async () => {
    started = await startDirectory(provide);
    id = (await add({ version: '1.0' })).contract?.['id'] ?? '';
  });
  afterAll(() => started?.stop());

  it('are added by an integration manager, once for one key, and read with their document', async () => {
    const order = { version: '2.0', idempotencyKey: randomUUID() };
    const [first, second] = [await add(order), await add(order)];
    expect(first.contract).toMatchObject({ partner: 'COMMUNAL', version: '2.0', mediaType: 'PDF', document: DOCUMENT });
    expect(first.contract?.['addedBy']).toBe('northgate-integration-manager');
    expect(second.contract?.['id']).toBe(first.contract?.['id']);
    const officer = persona('SECURITY_OFFICER');
    const { data, errors } = await started.gateway.ask(officer, ONE, { id });
    expect([errors, data]).toEqual([undefined, { partnerContract: { document: DOCUMENT } }]);
    const page = await started.gateway.ask(
      officer,
      '{ partnerContracts(first: 1) { nodes { version } pageInfo { hasNextPage } } }',
    );
    expect(page.data).toEqual({ partnerContracts: { nodes: [{ version: '2.0' }], pageInfo: { hasNextPage: true } } });
  });

  it('lie sealed, each for its own row', async () => {
    const { rows } = await createOwnerTransactions(started.database)(tenantId('northgate'), (transaction) =>
      sql<{ readonly row: string; readonly key: string; readonly sealed: string }>`
        select row_to_json(partner_contract)::text as row, key, sealed_document as sealed
        from partner_contract order by since`.execute(transaction),
    );
    expect(rows).toHaveLength(2);
    for (const { row } of rows) {
      for (const clear of [CLEAR, DOCUMENT.slice(0, 20)]) expect(row).not.toContain(clear);
    }
    const [first, second] = rows;
    const place = `partner_contract.document:northgate:${second?.key}`;
    await expect(started.envelope.open(first?.sealed ?? '', place)).rejects.toThrow('sealed for another place');
  });

  it.each(NOBODY_ELSE)('are hidden from %s, who adds none either', async (role) => {
    const { data, errors } = await started.gateway.ask(persona(role), ONE, { id });
    expect([data, errors?.[0]?.extensions?.['code']]).toEqual([{ partnerContract: null }, 'FORBIDDEN']);
    expect((await add({}, persona(role))).error?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('are added neither by a security officer nor without a fresh login', async () => {
    for (const who of [persona('SECURITY_OFFICER'), { ...MANAGER, policies: ['public'] } satisfies SubgraphClaims]) {
      const { contract, error } = await add({}, who);
      expect([contract, error === undefined]).toEqual([undefined, false]);
    }
  });

  it('of another company are as if there were none', async () => {
    const other = persona('INTEGRATION_MANAGER', 'riverside');
    const { data, errors } = await started.gateway.ask(other, ONE, { id });
    expect([data, errors]).toEqual([{ partnerContract: null }, undefined]);
    const listed = await started.gateway.ask(other, '{ partnerContracts { nodes { id } } }');
    expect(listed.data).toEqual({ partnerContracts: { nodes: [] } });
  });

  it.each([
    [{ version: '1.0' }, 'input.version'],
    [{ version: ' ' }, 'input.version'],
    [{ document: ['not base64!'] }, 'input.document'],
    [{ document: [''] }, 'input.document'],
    [{ document: [Buffer.from('<html>').toString('base64')] }, 'input.document'],
    [{ document: inParts(Buffer.alloc(513 * 1024, '%PDF-').toString('base64')) }, 'input.document'],
  ])('are refused when they are not as they should be (%#)', async (changes, field) => {
    const { error } = await add(changes);
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(`${error?.message} ${JSON.stringify(error?.extensions)}`).toContain(field);
  });
});

/** As the gateway takes it. */
function inParts(document: string): readonly string[] {
  return document.match(/.{1,20000}/g) ?? [];
}
