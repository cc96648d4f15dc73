/** How every side asks the partner stubs: one pool of connections, one batched call a resource. */
import { Agent } from 'undici';
import type { Account, Device, Residence } from './estate.ts';
import type { Product, Review, User } from './market.ts';
import { tlsTowardsRelays } from './sides/relay/tls.ts';

const PARTNER = `http://localhost:${process.env['STUB_PORT']}`;
/** By the first part of a path: who is asked in the partner's place. */
const RELAYS: Readonly<Record<string, string>> = JSON.parse(process.env['RELAYS'] ?? '{}');

const agent = new Agent({
  connections: 16,
  ...(process.env['RELAYS'] && { connect: await tlsTowardsRelays(process.env) }),
});

export const readResidences = (first: number): Promise<readonly Residence[]> => read(`/residences?first=${first}`);

/** In the order of `residences`. */
export const readDevices = (residences: readonly string[]): Promise<readonly (readonly Device[])[]> =>
  read(`/devices?residences=${residences.join(',')}`);

/** In the order of `residences`. */
export const readAccounts = (residences: readonly string[]): Promise<readonly Account[]> =>
  read(`/accounts?residences=${residences.join(',')}`);

export const readUsers = (): Promise<readonly User[]> => read('/users');

export const readTopProducts = (first: number): Promise<readonly Product[]> => read(`/topProducts?first=${first}`);

type ReadByIds<Value> = (ids: readonly string[]) => Promise<readonly Value[]>;

// All in the order of the ids.
export const readUsersById: ReadByIds<User> = (ids) => read(`/usersById?ids=${ids.join(',')}`);
export const readProducts: ReadByIds<Product> = (ids) => read(`/products?ids=${ids.join(',')}`);
export const readInventory: ReadByIds<boolean> = (ids) => read(`/inventory?ids=${ids.join(',')}`);
export const readReviewsByUser: ReadByIds<readonly Review[]> = (ids) => read(`/reviewsByUser?ids=${ids.join(',')}`);
export const readReviewsByProduct: ReadByIds<readonly Review[]> = (ids) =>
  read(`/reviewsByProduct?ids=${ids.join(',')}`);

async function read<Answer>(path: string): Promise<Answer> {
  const origin = RELAYS[/^\/(\w+)/.exec(path)?.[1] ?? ''] ?? PARTNER;
  const { body } = await agent.request({ origin, method: 'GET', path });
  return (await body.json()) as Answer;
}
