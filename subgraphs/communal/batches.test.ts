import { sampleResidences } from '@commonhold/development/estate.ts';
import { encodeId, residenceId, residenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { NORTHGATE } from './testing/records.ts';
import { type CommunalForTests, startCommunal } from './testing/start-communal.ts';

const ACCOUNTANT = claimsOf('ACCOUNTANT', 'northgate');
const DISPATCHER = claimsOf('DISPATCHER', 'northgate');
const RESIDENCES = sampleResidences('northgate').map(({ key }) => residenceKey(key));

const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Residence {
  consumptionPerSquareMeter
  account { number meters { kind readings(first: 2) { nodes { readAt } } } charges(first: 3) { month } bills(first: 1) { month } }
} } }`;

interface Residences {
  readonly _entities: readonly {
    readonly consumptionPerSquareMeter: string;
    readonly account: { readonly meters: readonly object[]; readonly bills: readonly object[] };
  }[];
}

const representations = (count: number) =>
  RESIDENCES.slice(0, count).map((key) => ({
    __typename: 'Residence',
    id: residenceId(NORTHGATE, key),
    areaSquareMeters: '50.00',
  }));

describe('with the batches that were agreed', () => {
  let communal: CommunalForTests;
  beforeAll(async () => {
    communal = await startCommunal();
  });
  afterAll(() => communal.stop());
  afterEach(() => communal.consents.restore());

  it('the partner is asked once for each resource, however many residences there are', async () => {
    await communal.calls();
    const { data, errors } = await communal.ask(ACCOUNTANT, ENTITIES, { of: representations(100) });
    expect(errors).toBeUndefined();
    for (const { account, consumptionPerSquareMeter } of (data as unknown as Residences)._entities) {
      expect([account.meters.length, account.bills.length]).toEqual([4, 1]);
      expect(consumptionPerSquareMeter).toMatch(/^\d+\.\d{3}$/);
    }
    expect((await communal.calls()).map(({ operation }) => operation).toSorted()).toEqual([
      'queryAccounts',
      'queryBills',
      'queryCharges',
      'queryMeters',
      'queryReadings',
    ]);
  });

  it('service requests are paged through, newest first, without a gap and without one twice', async () => {
    const query =
      'query ($after: String) { serviceRequests(first: 41, after: $after) { nodes { id createdAt } pageInfo { hasNextPage endCursor } } }';
    interface Page {
      readonly nodes: readonly { readonly id: string; readonly createdAt: string }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    }
    const found: Page['nodes'][number][] = [];
    let after: string | null = null;
    do {
      const { data } = await communal.ask(DISPATCHER, query, { after });
      const { nodes, pageInfo } = (data as { readonly serviceRequests: Page }).serviceRequests;
      found.push(...nodes);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    const expected = [...communal.estate.serviceRequests.values()].filter(({ companyId }) => companyId === 'northgate');
    expect(new Set(found.map(({ id }) => id)).size).toBe(expected.length);
    expect(found).toHaveLength(expected.length);
    expect(found.map(({ createdAt }) => createdAt)).toEqual(
      found.map(({ createdAt }) => createdAt).toSorted((a, b) => (a < b ? 1 : -1)),
    );
  });

  it('nothing is asked of a residence whose consent is withdrawn, and the others are answered', async () => {
    const [first, second] = RESIDENCES;
    communal.consents.withdraw(first ?? '');
    await communal.calls();
    const { data, errors } = await communal.ask(ACCOUNTANT, ENTITIES, { of: representations(2) });
    expect(data).toMatchObject({
      _entities: [{ account: null, consumptionPerSquareMeter: null }, { account: { meters: { length: 4 } } }],
    });
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['CONSENT_REQUIRED', 'CONSENT_REQUIRED']);
    const texts = (await communal.calls()).flatMap((call) => call.asked);
    expect(texts).toContain(second);
    expect(texts).not.toContain(first);
  });
});

describe('with smaller batches than there are keys', () => {
  let communal: CommunalForTests;
  beforeAll(async () => {
    communal = await startCommunal({ limits: { batches: { residences: 2, ids: 3, consumption: 400 } } });
  });
  afterAll(() => communal.stop());

  it('residences, accounts and meters are divided, and all are answered', async () => {
    await communal.calls();
    const { data } = await communal.ask(ACCOUNTANT, ENTITIES, { of: representations(5) });
    const { _entities } = data as unknown as Residences;
    expect(_entities.map(({ account }) => [account.meters.length, account.bills.length])).toEqual(
      Array.from({ length: 5 }, () => [4, 1]),
    );
    const calls = Object.groupBy(await communal.calls(), ({ operation }) => operation);
    expect(Object.entries(calls).map(([operation, made]) => [operation, made?.length])).toEqual(
      expect.arrayContaining([
        ['queryAccounts', 3],
        ['queryMeters', 3],
        ['queryReadings', 7],
        ['queryCharges', 2],
        ['queryBills', 2],
      ]),
    );
    for (const call of Object.values(calls).flat()) expect(call?.asked.length).toBeLessThanOrEqual(3);
  });

  it('meters are divided, and answered in their order', async () => {
    const of = communal.estate.metersOf('northgate', RESIDENCES[0] ?? '').map(({ id, residenceRef }) => ({
      __typename: 'Meter',
      id: encodeId({ tenant: NORTHGATE, type: 'Meter', residence: residenceKey(residenceRef), key: id }),
    }));
    await communal.calls();
    const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Meter { id } } }';
    expect(await communal.ask(ACCOUNTANT, query, { of })).toEqual({
      data: { _entities: of.map(({ id }) => ({ id })) },
    });
    expect((await communal.calls()).map(({ operation }) => operation)).toEqual(['queryMeters', 'queryMeters']);
  });

  it("a company's consumption is asked for in parts, and counted as one", async () => {
    const query = `{ consumptionStatistics(input: { kind: HEAT, from: "2020-01", to: "2020-02" }) { residences } }`;
    await communal.calls();
    await communal.ask(ACCOUNTANT, query);
    const calls = await communal.calls();
    expect(calls.map(({ operation }) => operation)).toEqual([
      'queryConsumption',
      'queryConsumption',
      'queryConsumption',
    ]);
    expect(new Set(calls.flatMap(({ asked }) => asked)).size).toBe(RESIDENCES.length + 3);
  });
});
