/** W4 by hand: each record is read once, level by level, in as few calls as that takes. */
import { type Product, type Review, shippingEstimate, type User } from '../../market.ts';
import {
  readInventory,
  readProducts,
  readReviewsByProduct,
  readReviewsByUser,
  readTopProducts,
  readUsers,
  readUsersById,
} from '../../partner.ts';

export async function aggregateMarket(): Promise<object> {
  const [users, top] = await Promise.all([readUsers(), readTopProducts(5)]);
  const userById = new Map(users.map((user) => [user.id, user]));
  const productById = new Map(top.map((product) => [product.id, product]));
  const stock = new Map<string, boolean>();
  const byUser = new Map<string, readonly Review[]>();
  const byProduct = new Map<string, readonly Review[]>();

  await fill(byUser, users.map(idOf), readReviewsByUser);
  const reviewed = [...productById.keys(), ...productsOf(byUser)];
  await Promise.all([fill(productById, reviewed, readProducts), fill(byProduct, reviewed, readReviewsByProduct)]);
  const authors = [...byProduct.values()].flat().map(({ authorId }) => authorId);
  await Promise.all([fill(userById, authors, readUsersById), fill(byUser, authors, readReviewsByUser)]);
  await fill(productById, productsOf(byUser), readProducts);
  await fill(stock, [...productById.keys()], readInventory);

  const plain = (product: Product | undefined): object | null =>
    product
      ? {
          inStock: stock.get(product.id) ?? null,
          name: product.name,
          price: product.price,
          shippingEstimate: shippingEstimate(product.price, product.weight),
          upc: product.upc,
          weight: product.weight,
        }
      : null;
  const reviewsOf = (user: User, product: (found: Product | undefined) => object | null): readonly object[] =>
    (byUser.get(user.id) ?? []).map(({ id, body, productId }) => ({
      id,
      body,
      product: product(productById.get(productId)),
    }));
  const author = (user: User | undefined): object | null =>
    user ? { ...user, reviews: reviewsOf(user, plain) } : null;
  const withReviews = (product: Product | undefined): object | null =>
    product
      ? {
          ...plain(product),
          reviews: (byProduct.get(product.id) ?? []).map(({ id, body, authorId }) => ({
            id,
            body,
            author: author(userById.get(authorId)),
          })),
        }
      : null;
  return {
    users: users.map((user) => ({ ...user, reviews: reviewsOf(user, withReviews) })),
    topProducts: top.map(withReviews),
  };
}

const idOf = ({ id }: User): string => id;

function productsOf(reviews: ReadonlyMap<string, readonly Review[]>): readonly string[] {
  return [...reviews.values()].flat().map(({ productId }) => productId);
}

/** Reads what isn't there yet, in one call. */
async function fill<Value>(
  known: Map<string, Value>,
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<readonly Value[]>,
): Promise<void> {
  const missing = [...new Set(ids)].filter((id) => !known.has(id));
  const values = missing.length > 0 ? await read(missing) : [];
  for (const [index, value] of values.entries()) known.set(missing[index] ?? '', value);
}
