import { decodeId, encodeId, type ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { z } from 'zod';
import { quotient, thousandths } from '../decimal.ts';
import type { ResidenceResolvers } from '../generated/resolvers.ts';
import type { ResidenceParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

/** Those of a year and some more: a meter may be read several times a month. */
const READINGS = 40;
/** Months, at whose ends meters are read, have different lengths. */
const TOLERANCE_DAYS = 3;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const area = z.string().regex(/^\d{1,6}(\.\d{1,3})?$/);

export const Residence: EntityResolvers<ResidenceResolvers, ResidenceParent> = {
  __resolveReference: ({ id, external }) =>
    id.residence === undefined
      ? null
      : {
          id: encodeId(id),
          areaSquareMeters: area.safeParse(external['areaSquareMeters']).data,
        },

  account: async ({ id }, _, { loaders }) => {
    const key = keyOf(id);
    return key ? loaders.accountOf.load(key) : null;
  },

  consumptionPerSquareMeter: async ({ id, areaSquareMeters }, _, { loaders }) => {
    const key = keyOf(id);
    const meters = key && (await loaders.metersOf.load(key));
    const heat = meters?.find(({ kind }) => kind === 'HEAT');
    const squareMeters = areaSquareMeters === undefined ? 0n : thousandths(areaSquareMeters);
    if (!heat || squareMeters === 0n) return null;
    const readings = await loaders.readings.load({ of: heat.key, limit: READINGS });
    const [latest, ...earlier] = readings.filter(({ status }) => status === 'CONFIRMED');
    const start = latest && aYearBefore(latest.readAt);
    const earliest = start && earlier.find(({ readAt }) => new Date(readAt) <= start);
    if (!latest || !earliest) return null;
    return quotient(total(latest.values) - total(earliest.values), squareMeters);
  },
};

/** A year before, give or take a few days: where the twelve months begin. */
function aYearBefore(instant: string): Date {
  const date = new Date(instant);
  return new Date(date.setUTCFullYear(date.getUTCFullYear() - 1) + TOLERANCE_DAYS * DAY_MILLISECONDS);
}

function total(values: readonly { readonly value: string }[]): bigint {
  return values.reduce((sum, { value }) => sum + thousandths(value), 0n);
}

/** The residence that an id of ours names: the shield has decided on it before. */
function keyOf(id: string): ResidenceKey | undefined {
  return decodeId(id)?.residence;
}
