/** Resolvers and loaders of the subgraphs that the kit makes, of both graphs. */
import type { Reference } from '@commonhold/kit/shield/reference-resolvers.ts';
import type { SubgraphContext, SubgraphRequest } from '@commonhold/kit/subgraph-definition.ts';
import {
  decodeId,
  encodeId,
  type ResidenceKey,
  residenceId,
  residenceKey,
  type TenantId,
} from '@commonhold/kit/tenancy/ids.ts';
import {
  createResidenceLoader,
  createTenantLoader,
  type LoadBatch,
  type TenantLoader,
} from '@commonhold/kit/tenancy/loader.ts';
import { type Residence, TENANT } from '../../estate.ts';
import type { Review } from '../../market.ts';
import {
  readAccounts,
  readDevices,
  readProducts,
  readResidences,
  readReviewsByProduct,
  readReviewsByUser,
  readTopProducts,
  readUsers,
  readUsersById,
} from '../../partner.ts';

type Context = SubgraphContext<ReturnType<typeof createLoaders>>;

interface Entity {
  readonly id: string;
}

export function createLoaders(request: SubgraphRequest) {
  const byId = <Value>(read: (ids: readonly string[]) => ReturnType<LoadBatch<never, Value>>) =>
    createTenantLoader<Value>(request, (ids) => read(ids.map(encodeId)));
  return {
    devices: createResidenceLoader(request, (keys, tenant) => readDevices(keys.map((key) => residenceId(tenant, key)))),
    accounts: createResidenceLoader(request, (keys, tenant) =>
      readAccounts(keys.map((key) => residenceId(tenant, key))),
    ),
    users: byId(readUsersById),
    products: byId(readProducts),
    reviewsByUser: byId(readReviewsByUser),
    reviewsByProduct: byId(readReviewsByProduct),
  };
}

type Resolver = (parent: Entity, args: { readonly first: number }, context: Context) => unknown;
type ResolveReference = (reference: Reference, context: Context) => unknown;
type TypeResolvers = Readonly<Record<string, Resolver>>;

/** By SDL. */
export const RESOLVERS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  'housing/directory': {
    Query: {
      residences: async (_, { first }, { principal }) => ofCompany(await readResidences(first), principal.tenant),
    } satisfies TypeResolvers,
  },
  'housing/smart-home': {
    Residence: { devices: ({ id }, _, { devices }) => ofResidence(devices, id) } satisfies TypeResolvers,
  },
  'housing/communal': {
    Residence: { account: ({ id }, _, { accounts }) => ofResidence(accounts, id) } satisfies TypeResolvers,
  },
  'market/users': {
    Query: { users: readUsers },
    User: { __resolveReference: (({ id }, { users }) => users.load(id)) satisfies ResolveReference },
  },
  'market/products': {
    Query: { topProducts: (_, { first }) => readTopProducts(first) } satisfies TypeResolvers,
    Product: { __resolveReference: (({ id }, { products }) => products.load(id)) satisfies ResolveReference },
  },
  'market/reviews': {
    Review: {
      author: ({ authorId }: Review) => ({ id: authorId }),
      product: ({ productId }: Review) => ({ id: productId }),
    },
    User: {
      reviews: ({ id: text }, _, { reviewsByUser }) => {
        const id = decodeId(text);
        return id ? reviewsByUser.load(id) : null;
      },
    } satisfies TypeResolvers,
    Product: {
      reviews: ({ id: text }, _, { reviewsByProduct }) => {
        const id = decodeId(text);
        return id ? reviewsByProduct.load(id) : null;
      },
    } satisfies TypeResolvers,
  },
};

/** The same residences for each company, under ids of its own. */
function ofCompany(residences: readonly Residence[], tenant: TenantId): readonly Residence[] {
  if (tenant === TENANT) return residences;
  return residences.map((residence, index) => ({ ...residence, id: residenceId(tenant, residenceKey(`r${index}`)) }));
}

async function ofResidence<Value>(loader: TenantLoader<ResidenceKey, Value>, id: string): Promise<Value | null> {
  const residence = decodeId(id)?.residence;
  return residence === undefined ? null : loader.load(residence);
}
