import { connectionOf, parsePage } from '@commonhold/kit/paging.ts';
import { encodeId } from '@commonhold/kit/tenancy/ids.ts';
import type { MeterResolvers } from '../generated/resolvers.ts';
import type { MeterParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

/** The most that the partner gives of one meter. */
const GREATEST_HISTORY = 120;

export const Meter: EntityResolvers<MeterResolvers, MeterParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.meter.load(id),

  readings: async ({ key }, args, { principal, loaders }) => {
    const scope = { tenant: principal.tenant, list: `Meter.readings:${key}` };
    const { first, after } = parsePage(args, scope);
    const limit = after === undefined ? Math.min(first + 1, GREATEST_HISTORY) : GREATEST_HISTORY;
    return connectionOf(await loaders.readings.load({ of: key, limit }), args, scope, (reading) => reading.key);
  },

  device: ({ residence, smartMeter }, _, { principal }) =>
    smartMeter === undefined
      ? null
      : { id: encodeId({ tenant: principal.tenant, type: 'Device', residence, key: smartMeter }) },
};
