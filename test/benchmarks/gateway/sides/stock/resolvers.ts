/** Resolvers and loaders of the plain subgraphs, of both graphs. */
import DataLoader from 'dataloader';
import type { Account, Device } from '../../estate.ts';
import { type Product, type Review, shippingEstimate, type User } from '../../market.ts';
import {
  readAccounts,
  readDevices,
  readInventory,
  readProducts,
  readResidences,
  readReviewsByProduct,
  readReviewsByUser,
  readTopProducts,
  readUsers,
  readUsersById,
} from '../../partner.ts';

export interface Context extends ReturnType<typeof createLoaders> {
  readonly role: string;
  readonly tenant: string;
}

export interface Entity {
  readonly id: string;
}

/** Made anew for each request. */
export function createLoaders() {
  return {
    devices: new DataLoader<string, readonly Device[]>(readDevices),
    accounts: new DataLoader<string, Account>(readAccounts),
    users: new DataLoader<string, User>(readUsersById),
    products: new DataLoader<string, Product>(readProducts),
    inventory: new DataLoader<string, boolean>(readInventory),
    reviewsByUser: new DataLoader<string, readonly Review[]>(readReviewsByUser),
    reviewsByProduct: new DataLoader<string, readonly Review[]>(readReviewsByProduct),
  };
}

interface Arguments {
  readonly first: number;
}

/** What a parent may hold, beside its id. */
type Parent = Entity & Pick<Review, 'authorId' | 'productId'> & Pick<Product, 'price' | 'weight'>;
type Resolver =
  | ((parent: Parent, args: Arguments, context: Context) => unknown)
  | ((reference: Parent, context: Context) => unknown);

/** By SDL. */
export const RESOLVERS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Resolver>>>>>> = {
  'housing/directory': { Query: { residences: (_: Parent, { first }: Arguments) => readResidences(first) } },
  'housing/smart-home': {
    Residence: { devices: ({ id }: Parent, _: Arguments, { devices }: Context) => devices.load(id) },
  },
  'housing/communal': {
    Residence: { account: ({ id }: Parent, _: Arguments, { accounts }: Context) => accounts.load(id) },
  },
  'market/users': {
    Query: { users: () => readUsers() },
    User: { __resolveReference: ({ id }: Parent, { users }: Context) => users.load(id) },
  },
  'market/products': {
    Query: { topProducts: (_: Parent, { first }: Arguments) => readTopProducts(first) },
    Product: { __resolveReference: ({ id }: Parent, { products }: Context) => products.load(id) },
  },
  'market/reviews': {
    Review: {
      author: ({ authorId }: Parent) => ({ id: authorId }),
      product: ({ productId }: Parent) => ({ id: productId }),
    },
    User: { reviews: ({ id }: Parent, _: Arguments, { reviewsByUser }: Context) => reviewsByUser.load(id) },
    Product: { reviews: ({ id }: Parent, _: Arguments, { reviewsByProduct }: Context) => reviewsByProduct.load(id) },
  },
  'market/inventory': {
    Product: {
      inStock: ({ id }: Parent, _: Arguments, { inventory }: Context) => inventory.load(id),
      shippingEstimate: ({ price, weight }: Parent) => shippingEstimate(price, weight),
    },
  },
};
