import { parseFirst } from '@commonhold/kit/paging.ts';
import { residenceId } from '@commonhold/kit/tenancy/ids.ts';
import type { UtilityAccountResolvers } from '../generated/resolvers.ts';
import type { UtilityAccountParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const UtilityAccount: EntityResolvers<UtilityAccountResolvers, UtilityAccountParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.account.load(id),

  number: async ({ personal }) => (await personal()).number,
  holderName: async ({ personal }) => (await personal()).holderName,
  balanceEuros: async ({ personal }) => (await personal()).balance,
  residence: ({ residence }, _, { principal }) => ({ id: residenceId(principal.tenant, residence) }),
  meters: async ({ residence }, _, { loaders }) => (await loaders.metersOf.load(residence)) ?? [],
  charges: ({ key }, { first }, { loaders }) => loaders.charges.load({ of: key, limit: parseFirst(first) }),
  bills: ({ key }, { first }, { loaders }) => loaders.bills.load({ of: key, limit: parseFirst(first) }),
};
