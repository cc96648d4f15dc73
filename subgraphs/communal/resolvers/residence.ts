import { decodeId, encodeId, type ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { z } from 'zod';
import { quotient, thousandths } from '../decimal.ts';
import type { ResidenceResolvers } from '../generated/resolvers.ts';
import type { ResidenceParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

const MONTHS = 12;
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
    const readings = await loaders.readings.load({ of: heat.key, limit: MONTHS + 1 });
    const [latest, earliest] = [readings.at(0), readings.at(MONTHS)];
    if (!latest || !earliest) return null;
    return quotient(total(latest.values) - total(earliest.values), squareMeters);
  },
};

function total(values: readonly { readonly value: string }[]): bigint {
  return values.reduce((sum, { value }) => sum + thousandths(value), 0n);
}

/** The residence that an id of ours names: the shield has decided on it before. */
function keyOf(id: string): ResidenceKey | undefined {
  return decodeId(id)?.residence;
}
