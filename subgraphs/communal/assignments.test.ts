import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NORTHGATE } from './testing/records.ts';
import { type CommunalForTests, startCommunal } from './testing/start-communal.ts';

const DISPATCHER = claimsOf('DISPATCHER', 'northgate');
const RESIDENCE = residenceKey('northgate-p02-r01');
const TECHNICIAN = claimsOf('TECHNICIAN', 'northgate', [RESIDENCE]);
const person = (key: string, tenant = NORTHGATE): string =>
  encodeId({ tenant, type: 'Person', residence: undefined, key });

describe('a service request that is assigned', () => {
  let communal: CommunalForTests;
  let id = '';
  let key = '';

  beforeAll(async () => {
    communal = await startCommunal();
    key = `req-assigned`;
    communal.estate.serviceRequests.set(key, {
      ...{ id: key, companyId: 'northgate', residenceRef: RESIDENCE, number: 'NO1', status: 'open', category: 'other' },
      ...{ deadline: null, assigneeRef: null, description: 'none', createdAt: '2026-11-01T00:00:00Z' },
      updatedAt: '2026-11-01T00:00:00Z',
    });
    id = encodeId({ tenant: NORTHGATE, type: 'ServiceRequest', residence: RESIDENCE, key });
  });
  afterAll(() => communal?.stop());

  const update = async (change: object, who = DISPATCHER) => {
    const { data, errors } = await communal.ask(
      who,
      'mutation ($input: UpdateServiceRequestInput!) { updateServiceRequest(input: $input) { serviceRequest { assignee } } }',
      { input: { serviceRequest: id, idempotencyKey: crypto.randomUUID(), ...change } },
    );
    const payload = data?.['updateServiceRequest'] as { serviceRequest: { assignee: string | null } | null } | null;
    return { request: payload?.serviceRequest, code: errors?.[0]?.extensions['code'] };
  };

  it('is told to the directory with whom it is assigned to', async () => {
    const { request } = await update({ status: 'ASSIGNED', assignee: person('northgate-technician') });
    expect(request).toEqual({ assignee: person('northgate-technician') });
    expect(communal.told.at(-1)).toEqual({
      request: key,
      residence: RESIDENCE,
      person: 'northgate-technician',
      deadline: null,
      asOf: expect.any(String),
    });
  });

  it.each([
    ['it is done', { status: 'DONE' }],
    ['it is cancelled', { status: 'CANCELLED' }],
    ['nobody is assigned any more', { status: 'OPEN', assignee: null }],
  ])('is told to be over when %s', async (_what, change) => {
    await update({ status: 'ASSIGNED', assignee: person('northgate-technician') });
    const before = communal.told.at(-1);
    await update(change);
    expect(communal.told.at(-1)).toMatchObject({ request: key, person: null });
    expect(Date.parse(communal.told.at(-1)?.asOf ?? '')).toBeGreaterThanOrEqual(Date.parse(before?.asOf ?? ''));
  });

  it('is assigned by nobody who manages only some of the requests, not to themselves either', async () => {
    const before = communal.told.length;
    expect((await update({ assignee: person('northgate-technician') }, TECHNICIAN)).code).toBe('FORBIDDEN');
    expect((await update({ assignee: null }, TECHNICIAN)).code).toBe('FORBIDDEN');
    expect(communal.told).toHaveLength(before);
    expect((await update({ status: 'IN_PROGRESS' }, TECHNICIAN)).code).toBeUndefined();
  });

  it('is assigned to nobody of another company, nor to who is not there, and neither is told from the other', async () => {
    await communal.calls();
    const foreign = await update({ assignee: person('riverside-technician', tenantId('riverside')) });
    expect(foreign).toEqual({ request: null, code: undefined });
    expect(await update({ assignee: person('nobody') })).toEqual(foreign);
    expect((await communal.calls()).map(({ operation }) => operation)).not.toContain('updateServiceRequest');
  });
});
