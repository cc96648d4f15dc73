/** The records of the market: 6 people, 9 products, 18 reviews, each person and each product with some of them. */
import { encodeId } from '@commonhold/kit/tenancy/ids.ts';
import { TENANT } from './estate.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
}

export interface Product {
  readonly id: string;
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
}

export interface Review {
  readonly id: string;
  readonly body: string;
  readonly authorId: string;
  readonly productId: string;
}

const FIRST_NAMES = ['Ines', 'Marek', 'Sofie', 'Tomas', 'Leila', 'Henk'];
const THINGS = ['kettle', 'lamp', 'ladder', 'drill', 'blanket', 'heater', 'mirror', 'shelf', 'bucket'];

export const USERS: readonly User[] = FIRST_NAMES.map((name, index) => ({
  id: id('User', `u${index}`),
  username: `${name.toLowerCase()}${index}`,
  name: `${name} of house ${index}`,
}));

export const PRODUCTS: readonly Product[] = THINGS.map((name, index) => ({
  id: id('Product', `p${index}`),
  upc: String(1000 + index),
  name,
  price: 200 + index * 150,
  weight: 90 + index * 70,
}));

export const REVIEWS: readonly Review[] = Array.from({ length: 18 }, (_, index) => ({
  id: id('Review', `v${index}`),
  body: `The ${THINGS[(index * 5) % 9] ?? ''} does what it should; opinion ${index} of somebody who has used it for a year.`,
  authorId: id('User', `u${index % 6}`),
  productId: id('Product', `p${(index * 5) % 9}`),
}));

/** Ids of the products that can be had. */
export const IN_STOCK: ReadonlySet<string> = new Set(
  PRODUCTS.filter((_, index) => index % 3 !== 0).map((product) => product.id),
);

export function shippingEstimate(price: number, weight: number): number {
  return price > 1000 ? 0 : Math.round(weight / 2);
}

function id(type: string, key: string): string {
  return encodeId({ tenant: TENANT, type, residence: undefined, key });
}
