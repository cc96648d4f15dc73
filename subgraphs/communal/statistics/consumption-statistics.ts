/**
 * Consumption over groups of residences, without telling of any one of them.
 *
 * - A group with fewer than five residences in a month is suppressed.
 * - The company's total counts only the buildings that are shown by themselves. What is suppressed can therefore not be
 *   had as the difference between the total and the buildings.
 * - The caller chooses kind and months, never the residences: two answers never differ by the presence of one residence
 *   that the caller left out.
 */
import { quotient, thousandths } from '../decimal.ts';

export const LEAST_GROUP = 5;

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

export function consumptionStatistics(rows: readonly ResidenceMonth[], byProperty: boolean): readonly GroupStatistic[] {
  const months = [...Map.groupBy(rows, ({ month }) => month)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return months.flatMap(([month, ofMonth]): GroupStatistic[] => {
    const buildings = [...Map.groupBy(ofMonth, ({ propertyRef }) => propertyRef)].toSorted(([a], [b]) =>
      a < b ? -1 : 1,
    );
    if (byProperty) return buildings.map(([property, group]) => ({ property, month, shown: summary(group) }));
    const shownBuildings = buildings.filter(([, group]) => summary(group) !== null).flatMap(([, group]) => group);
    return [{ property: undefined, month, shown: summary(shownBuildings) }];
  });
}

function summary(group: readonly ResidenceMonth[]): GroupStatistic['shown'] {
  const residences = new Set(group.map(({ residenceRef }) => residenceRef)).size;
  if (residences < LEAST_GROUP) return null;
  const total = group.reduce((sum, { amount }) => sum + thousandths(amount), 0n);
  return { residences, average: quotient(total, BigInt(residences) * 1_000n) };
}
