/**
 * The partners of every side, in one process whose cost counts for none: a batched call each, answered from
 * memory.
 *
 * `GET /residences?first=N` → `Residence[]`; `GET /devices?residences=ID,…` → `Device[][]` and `GET /accounts?residences=ID,…` →
 * `Account[]`, in the order of the ids. The market's: `GET /users` → `User[]`, `GET /topProducts?first=N` → `Product[]`, and
 * by `?ids=ID,…`, in their order, `/usersById`, `/products`, `/inventory` → whether it is in stock, `/reviewsByUser` and
 * `/reviewsByProduct` → `Review[][]`.
 */
import { createServer } from 'node:http';
import { ACCOUNTS, DEVICES, type Residence, residence } from './estate.ts';
import { IN_STOCK, PRODUCTS, REVIEWS, USERS } from './market.ts';

const BY_ID: ReadonlyMap<string, (id: string) => unknown> = new Map<string, (id: string) => unknown>([
  ['/usersById', (id) => USERS.find((user) => user.id === id)],
  ['/products', (id) => PRODUCTS.find((product) => product.id === id)],
  ['/inventory', (id) => IN_STOCK.has(id)],
  ['/reviewsByUser', (id) => REVIEWS.filter(({ authorId }) => authorId === id)],
  ['/reviewsByProduct', (id) => REVIEWS.filter(({ productId }) => productId === id)],
]);

const answers = new Map<string, string>();

const server = createServer((request, response) => {
  const path = request.url ?? '';
  let answer = answers.get(path);
  if (answer === undefined) {
    answer = JSON.stringify(read(new URL(path, 'http://localhost')));
    answers.set(path, answer);
  }
  response.setHeader('content-type', 'application/json').end(answer);
});

server.listen(Number(process.env['STUB_PORT']), 'localhost', () => process.send?.('ready'));
process.once('disconnect', () => process.exit());

function read({ pathname, searchParams }: URL): unknown {
  if (pathname === '/residences') return firstResidences(Number(searchParams.get('first')));
  if (pathname === '/users') return USERS;
  if (pathname === '/topProducts') return PRODUCTS.slice(0, Number(searchParams.get('first')));
  const byId = BY_ID.get(pathname);
  if (byId) return (searchParams.get('ids') ?? '').split(',').map((id) => byId(id) ?? null);
  const residences = (searchParams.get('residences') ?? '').split(',');
  return residences.map((id) => (pathname === '/devices' ? DEVICES.get(id) : ACCOUNTS.get(id)) ?? null);
}

function firstResidences(count: number): readonly Residence[] {
  return Array.from({ length: count }, (_, index) => residence(index));
}
