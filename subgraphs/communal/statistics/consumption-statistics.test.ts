import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { thousandths } from '../decimal.ts';
import type { MeterKind } from '../generated/resolvers.ts';
import {
  consumptionStatistics,
  type GroupStatistic,
  LEAST_GROUP,
  type ResidenceMonth,
  stepOf,
} from './consumption-statistics.ts';

const MONTHS = ['2026-01', '2026-02', '2026-07'];
const RUNS = { numRuns: 2_000 };

const kinds = fc.constantFrom<MeterKind>('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'HEAT', 'GAS');
/** From a negative correction to more than a step; no row at all in some months, a second meter in others. */
const meter = fc.option(fc.integer({ min: -5_000, max: 2_400_000 }), { freq: 6, nil: undefined });
const residence = fc.record({
  property: fc.integer({ min: 1, max: 4 }),
  months: fc.array(fc.array(meter, { minLength: 1, maxLength: 2 }), {
    minLength: MONTHS.length,
    maxLength: MONTHS.length,
  }),
});
const company = fc.array(residence, { minLength: 1, maxLength: 40 }).map((residences) =>
  residences.flatMap(({ property, months }, index) =>
    months.flatMap((meters, at) =>
      meters.flatMap((amount): ResidenceMonth[] =>
        amount === undefined
          ? []
          : [
              {
                residenceRef: `r-${index}`,
                propertyRef: `p-${property}`,
                month: MONTHS[at] ?? '',
                amount: (amount / 1_000).toFixed(3),
              },
            ],
      ),
    ),
  ),
);

const both = (rows: readonly ResidenceMonth[], kind: MeterKind): readonly GroupStatistic[] => [
  ...consumptionStatistics(rows, kind, true),
  ...consumptionStatistics(rows, kind, false),
];
const nameOf = ({ property, month }: GroupStatistic): string => `${property ?? 'company'} ${month}`;
const countIn = (rows: readonly ResidenceMonth[], { property, month }: GroupStatistic): number =>
  new Set(
    rows
      .filter((row) => row.month === month && (property === undefined || row.propertyRef === property))
      .map(({ residenceRef }) => residenceRef),
  ).size;

/** The whole steps that a group's sum comes to, as somebody reckons it back from average and count. */
function stepsOf(shown: NonNullable<GroupStatistic['shown']>, step: bigint): bigint {
  const count = BigInt(shown.residences);
  const sum = thousandths(shown.average) * count;
  const steps = (sum + step / 2n) / step;
  const difference = sum - steps * step;
  // An average is rounded to thousandths; beyond that, the sum has to be whole steps.
  expect(difference < 0n ? -difference : difference).toBeLessThanOrEqual(count);
  return steps;
}

describe('a statistic', () => {
  it('counts five residences at least, and says nothing of fewer', () => {
    fc.assert(
      fc.property(company, kinds, (rows, kind) => {
        for (const group of both(rows, kind)) {
          if (group.shown) expect(group.shown.residences).toBeGreaterThanOrEqual(LEAST_GROUP);
          if (countIn(rows, group) < LEAST_GROUP) expect(group.shown).toBeNull();
          if (group.property !== undefined) expect(group.shown === null).toBe(countIn(rows, group) < LEAST_GROUP);
        }
      }),
      RUNS,
    );
  });

  it('of the company counts the buildings that are shown, so that their difference is nothing', () => {
    fc.assert(
      fc.property(company, kinds, (rows, kind) => {
        const buildings = consumptionStatistics(rows, kind, true);
        for (const total of consumptionStatistics(rows, kind, false)) {
          const shown = buildings.filter(({ month, shown }) => month === total.month && shown !== null);
          const residences = shown.reduce((sum, building) => sum + (building.shown?.residences ?? 0), 0);
          expect(total.shown?.residences ?? 0).toBe(residences);
          const names = new Set(shown.map(({ property }) => property));
          const ofShown = rows.filter(({ month, propertyRef }) => month === total.month && names.has(propertyRef));
          expect(consumptionStatistics(ofShown, kind, false)).toEqual(total.shown ? [total] : []);
        }
      }),
      RUNS,
    );
  });

  it('of some months is that of more months, without the others', () => {
    fc.assert(
      fc.property(company, kinds, fc.subarray(MONTHS), fc.boolean(), (rows, kind, months, byProperty) => {
        const some = consumptionStatistics(
          rows.filter(({ month }) => months.includes(month)),
          kind,
          byProperty,
        );
        const all = consumptionStatistics(rows, kind, byProperty);
        expect(some).toEqual(all.filter(({ month }) => months.includes(month)));
      }),
      RUNS,
    );
  });

  it('with one residence more or less differs by a step or nothing, or by a group of five', () => {
    fc.assert(
      fc.property(company, kinds, fc.nat(), (rows, kind, choice) => {
        const residences = [...new Set(rows.map(({ residenceRef }) => residenceRef))];
        const left = residences[choice % residences.length];
        const without = new Map(
          both(
            rows.filter(({ residenceRef }) => residenceRef !== left),
            kind,
          ).map((group) => [nameOf(group), group]),
        );
        for (const group of both(rows, kind)) {
          const less = without.get(nameOf(group))?.shown;
          if (!group.shown || !less) continue;
          const fewer = group.shown.residences - less.residences;
          expect(fewer <= 1 || fewer >= LEAST_GROUP).toBe(true);
          const step = stepOf(kind, group.month);
          const steps = stepsOf(group.shown, step) - stepsOf(less, step);
          if (fewer === 0) expect(group.shown).toEqual(less);
          if (fewer === 1) expect([0n, 1n]).toContain(steps);
        }
      }),
      RUNS,
    );
  });

  it('hides whether one of its residences used a little or a lot, and how much beyond the step', () => {
    const row = (index: number, amount: string): ResidenceMonth => ({
      residenceRef: `r-${index}`,
      propertyRef: 'p-1',
      month: '2026-01',
      amount,
    });
    const others = Array.from({ length: 9 }, (_, index) => row(index, '3.000'));
    const ofTenth = (amount: string) => consumptionStatistics([...others, row(9, amount)], 'COLD_WATER', true);
    expect(ofTenth('4.000')).toEqual(ofTenth('19.000'));
    expect(ofTenth('20.000')).toEqual(ofTenth('200.000'));
  });
});
