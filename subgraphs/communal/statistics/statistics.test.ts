import { encodeId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { NORTHGATE, RESIDENT } from '../testing/records.ts';
import { type CommunalForTests, startCommunal } from '../testing/start-communal.ts';

const ANALYST = claimsOf('ANALYST', 'northgate');
const MONTH = '2026-03';

let communal: CommunalForTests;
beforeAll(async () => {
  communal = await startCommunal();
});
afterAll(() => communal.stop());
afterEach(() => {
  communal.answers.queryConsumption = undefined;
  communal.consents.restore();
});

const residences = (building: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `northgate-${building}-r${String(index + 1).padStart(2, '0')}`);

/** The partner answers with what these residences used, whoever was asked for. */
function answerWith(used: ReadonlyMap<string, string>, months = [MONTH]): void {
  communal.answers.queryConsumption = () => ({
    items: [...used].flatMap(([residenceRef, amount]) =>
      months.map((month) => ({
        companyId: 'northgate',
        residenceRef,
        propertyRef: residenceRef.slice(0, -4),
        month,
        amount,
      })),
    ),
  });
}

const QUERY = `query ($input: ConsumptionStatisticsInput!) { consumptionStatistics(input: $input) {
  property { id } kind month residences averageConsumption suppressed
} }`;
const statistics = (byProperty: boolean, who = ANALYST) =>
  communal.ask(who, QUERY, { input: { kind: 'COLD_WATER', from: MONTH, to: MONTH, byProperty } });
const property = (key: string) => ({
  id: encodeId({ tenant: NORTHGATE, type: 'Property', residence: undefined, key: `northgate-${key}` }),
});
const group = { kind: 'COLD_WATER', month: MONTH };
const hidden = { ...group, residences: null, averageConsumption: null, suppressed: true };

describe('consumption statistics', () => {
  it('suppress a building of four, and leave it out of the total', async () => {
    const used = new Map([...residences('p01', 5), ...residences('p02', 4)].map((key) => [key, '8']));
    answerWith(used);
    expect(await statistics(true)).toEqual({
      data: {
        consumptionStatistics: [
          { ...group, property: property('p01'), residences: 5, averageConsumption: '8.000', suppressed: false },
          { ...hidden, property: property('p02') },
        ],
      },
    });
    expect(await statistics(false)).toEqual({
      data: {
        consumptionStatistics: [
          { ...group, property: null, residences: 5, averageConsumption: '8.000', suppressed: false },
        ],
      },
    });
  });

  it('count nobody without a consent, also when the partner tells of them unasked', async () => {
    const [withdrawn = '', ...others] = residences('p01', 5);
    answerWith(new Map([withdrawn, ...others].map((key) => [key, '8'])));
    communal.consents.withdraw(withdrawn);
    await communal.calls();
    expect(await statistics(true)).toEqual({
      data: { consumptionStatistics: [{ ...hidden, property: property('p01') }] },
    });
    expect((await communal.calls()).flatMap(({ asked }) => asked)).not.toContain(withdrawn);
  });

  it('do not tell by two answers what somebody used who withdrew in between', async () => {
    const [withdrawn = '', ...others] = residences('p01', 10);
    const pairs = new Set<string>();
    for (const amount of ['1', '4.5', '9', '12.345', '17']) {
      answerWith(new Map([[withdrawn, amount], ...others.map((key) => [key, '3.5'] as const)]));
      const before = await statistics(true);
      communal.consents.withdraw(withdrawn);
      const after = await statistics(true);
      communal.consents.restore();
      pairs.add(JSON.stringify([before, after]));
    }
    expect(pairs.size).toBe(1);
  });

  it('hold the months that were asked for, whatever the partner adds', async () => {
    answerWith(new Map(residences('p01', 5).map((key) => [key, '8'])), ['2026-02', MONTH, '2026-04']);
    const { data } = await statistics(true);
    expect(data).toMatchObject({ consumptionStatistics: [{ month: MONTH }] });
  });

  it('are refused to a role for some residences, before the partner is asked', async () => {
    const { grants, ...claims } = ANALYST;
    const limited = { ...claims, grants: grants.map((grant) => ({ ...grant, residences: residences('p01', 6) })) };
    await communal.calls();
    for (const who of [limited, RESIDENT]) {
      const { data, errors } = await statistics(true, who);
      expect(data).toEqual({ consumptionStatistics: null });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect(await communal.calls()).toEqual([]);
  });

  it('are none when nobody consents', async () => {
    communal.consents.withdraw(...(await allConsenting()));
    expect(await statistics(true)).toEqual({ data: { consumptionStatistics: [] } });
  });

  it.each([
    ['2026-13', '2026-12', 'input.from'],
    ['2026-01', '26-02', 'input.to'],
    ['2026-02', '2026-01', 'input.to'],
    ['2020-01', '2026-01', 'input.to'],
  ])('refuse the months %s to %s', async (from, to, argument) => {
    const { errors } = await communal.ask(ANALYST, QUERY, { input: { kind: 'GAS', from, to } });
    expect(errors).toMatchObject([
      { message: expect.stringContaining(`\`${argument}\``), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  async function allConsenting(): Promise<readonly string[]> {
    await communal.calls();
    await statistics(true);
    return (await communal.calls()).flatMap(({ asked }) => asked);
  }
});
