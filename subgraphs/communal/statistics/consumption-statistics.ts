/**
 * Consumption over groups of residences, without telling of any one of them.
 *
 * 1. A residence counts with what it used in a month, at most a step: more than nearly anybody uses.
 * 2. A group with fewer than five residences in a month is suppressed.
 * 3. The company's total counts only the buildings that are shown by themselves. What is suppressed can therefore not
 *    be had as the difference between the total and the buildings.
 * 4. Sums are rounded to whole steps. Two answers of which one counts a residence that the other doesn't, because a
 *    consent was given or withdrawn in between, then differ by a step or by nothing, however much that residence used.
 *
 * The caller chooses kind and months, never the residences, and nothing is ever summed up over months.
 */
import { quotient, thousandths } from '../decimal.ts';
import type { MeterKind } from '../generated/resolvers.ts';

export const LEAST_GROUP = 5;

/**
 * Steps in thousandths of the meter's unit, in winter and in summer. They follow from the kind and the season alone: a
 * step that followed from what was used would itself tell of whoever used most.
 */
const STEPS: Readonly<Record<MeterKind, { readonly winter: bigint; readonly summer: bigint }>> = {
  COLD_WATER: { winter: 20_000n, summer: 20_000n },
  HOT_WATER: { winter: 10_000n, summer: 10_000n },
  ELECTRICITY: { winter: 500_000n, summer: 500_000n },
  HEAT: { winter: 2_000_000n, summer: 400_000n },
  GAS: { winter: 200_000n, summer: 40_000n },
};
const SUMMER = new Set(['05', '06', '07', '08', '09']);

/** @param month such as `2026-03` */
export function stepOf(kind: MeterKind, month: string): bigint {
  return STEPS[kind][SUMMER.has(month.slice(5)) ? 'summer' : 'winter'];
}

export interface ResidenceMonth {
  readonly residenceRef: string;
  readonly propertyRef: string;
  readonly month: string;
  /** Decimal string. */
  readonly amount: string;
}

export interface GroupStatistic {
  /** Key of the building; undefined: the whole company. */
  readonly property: string | undefined;
  readonly month: string;
  /** null: suppressed. */
  readonly shown: { readonly residences: number; readonly average: string } | null;
}

/** @param rows of one kind of meter; a residence with several has a row for each */
export function consumptionStatistics(
  rows: readonly ResidenceMonth[],
  kind: MeterKind,
  byProperty: boolean,
): readonly GroupStatistic[] {
  const months = [...Map.groupBy(rows, ({ month }) => month)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return months.flatMap(([month, ofMonth]): GroupStatistic[] => {
    const step = stepOf(kind, month);
    const buildings = [...Map.groupBy(ofMonth, ({ propertyRef }) => propertyRef)].toSorted(([a], [b]) =>
      a < b ? -1 : 1,
    );
    if (byProperty) return buildings.map(([property, group]) => ({ property, month, shown: summary(group, step) }));
    const shownBuildings = buildings.filter(([, group]) => summary(group, step) !== null).flatMap(([, group]) => group);
    return [{ property: undefined, month, shown: summary(shownBuildings, step) }];
  });
}

function summary(group: readonly ResidenceMonth[], step: bigint): GroupStatistic['shown'] {
  const residences = Map.groupBy(group, ({ residenceRef }) => residenceRef);
  if (residences.size < LEAST_GROUP) return null;
  const total = [...residences.values()].reduce((sum, meters) => sum + counted(meters, step), 0n);
  const rounded = ((total + step / 2n) / step) * step;
  return { residences: residences.size, average: quotient(rounded, BigInt(residences.size) * 1_000n) };
}

function counted(meters: readonly ResidenceMonth[], step: bigint): bigint {
  const used = meters.reduce((sum, { amount }) => sum + thousandths(amount), 0n);
  if (used < 0n) return 0n;
  return used > step ? step : used;
}
