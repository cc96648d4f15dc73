import { residenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLook, type Look } from './assignments/look.ts';
import type { SandboxServiceRequest } from './sandbox/estate.ts';
import { NORTHGATE } from './testing/records.ts';
import { type CommunalForTests, startCommunal } from './testing/start-communal.ts';

const RESIDENCE = residenceKey('northgate-p02-r01');
const TECHNICIAN = 'northgate-technician';
const NOW = '2026-11-02T00:00:00.000Z';

describe('a look at what is assigned at the partner', () => {
  let communal: CommunalForTests;
  let look: Look;
  const { signal } = new AbortController();

  beforeAll(async () => {
    communal = await startCommunal();
    look = createLook({ ...communal, log: createLog('test', { LOG_LEVEL: 'silent' }) });
  });
  beforeEach(async () => {
    communal.held.clear();
    communal.answers.queryServiceRequests = undefined;
    await communal.misbehave({});
    for (const key of [...communal.estate.serviceRequests.keys()]) communal.estate.serviceRequests.delete(key);
  });
  afterAll(() => communal?.stop());

  const put = (id: string, change: Partial<SandboxServiceRequest>): void => {
    communal.estate.serviceRequests.set(id, {
      ...{ id, companyId: 'northgate', residenceRef: RESIDENCE, number: 'NO1', status: 'assigned', category: 'other' },
      ...{ deadline: null, assigneeRef: TECHNICIAN, description: 'none', createdAt: '2026-11-01T00:00:00Z' },
      ...{ updatedAt: NOW, ...change },
    });
  };
  const isHeld = (request: string): void => {
    const assignment = { request, residence: RESIDENCE, person: TECHNICIAN, deadline: null };
    communal.held.set(request, { ...assignment, asOf: '2026-11-01T00:00:00Z' });
  };
  const toldByLook = async () => {
    const before = communal.told.length;
    const seen = await look(NORTHGATE, signal);
    return { ...seen, told: communal.told.slice(before) };
  };

  it('tells what began there, in whatever state that is not over, and says nothing twice', async () => {
    put('req-a', { status: 'open' });
    put('req-b', { status: 'in-progress', assigneeRef: 'northgate-analyst' });
    put('req-c', { assigneeRef: null });
    put('req-d', { status: 'done' });
    put('req-e', { companyId: 'riverside' });
    const { told } = await toldByLook();
    expect(told.map(({ request, person }) => [request, person])).toEqual(
      expect.arrayContaining([
        ['req-a', TECHNICIAN],
        ['req-b', 'northgate-analyst'],
      ]),
    );
    expect(told).toHaveLength(2);
    expect(told[0]?.asOf).toBe(NOW);
    expect((await toldByLook()).told).toEqual([]);
  });

  it.each([
    ['done', { status: 'done' }],
    ['cancelled', { status: 'cancelled' }],
    ['taken from them', { assigneeRef: null }],
  ] as const)('ends what was %s there, as of when it was', async (_what, change) => {
    isHeld('req-a');
    put('req-a', change);
    expect((await toldByLook()).told).toMatchObject([{ request: 'req-a', person: null, asOf: NOW }]);
  });

  it('hands over what was given to somebody else there', async () => {
    isHeld('req-a');
    put('req-a', { assigneeRef: 'northgate-analyst' });
    expect((await toldByLook()).told).toMatchObject([{ request: 'req-a', person: 'northgate-analyst', asOf: NOW }]);
  });

  it('ends what is not there at all, as of before the look', async () => {
    isHeld('req-gone');
    const began = Date.now();
    const { told } = await toldByLook();
    expect(told).toMatchObject([{ request: 'req-gone', residence: RESIDENCE, person: null }]);
    expect(Date.parse(told[0]?.asOf ?? '')).toBeGreaterThanOrEqual(began);
    expect(Date.parse(told[0]?.asOf ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('ends nothing that changed its place while pages were read', async () => {
    isHeld('req-a');
    put('req-a', {});
    communal.answers.queryServiceRequests = async ({ body, encrypt }) => {
      const record = communal.estate.serviceRequests.get('req-a');
      if (!record || !body.ids) return { items: [] };
      return { items: [{ ...record, description: await encrypt('none') }] };
    };
    expect((await toldByLook()).told).toMatchObject([{ request: 'req-a', person: TECHNICIAN }]);
  });

  it('changes nothing while the partner cannot be asked', async () => {
    isHeld('req-a');
    await communal.misbehave({ queryServiceRequests: { kind: 'status', status: 500, type: 'internal' } });
    const before = communal.told.length;
    await expect(look(NORTHGATE, signal)).rejects.toThrow();
    expect(communal.told).toHaveLength(before);
  });

  it('ends nothing when there is more than it looks through', async () => {
    isHeld('req-gone');
    for (let index = 0; index <= 1_000; index += 1) put(`req-${index}`, {});
    const { told, isWhole } = await toldByLook();
    expect(isWhole).toBe(false);
    expect(told).toHaveLength(1_000);
    expect(told.every(({ person }) => person === TECHNICIAN)).toBe(true);
  });

  it('counts what is assigned to nobody of the company', async () => {
    put('req-a', { assigneeRef: 'riverside-technician' });
    expect((await toldByLook()).unknown).toBe(1);
  });
});
