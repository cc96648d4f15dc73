/**
 * The three partners of every side, in one process whose cost counts for none: a batched call each, answered from
 * memory.
 *
 * `GET /residences?first=N` → `Residence[]`; `GET /devices?residences=ID,…` → `Device[][]` and `GET /accounts?residences=ID,…` →
 * `Account[]`, in the order of the ids.
 */
import { createServer } from 'node:http';
import { ACCOUNTS, DEVICES, RESIDENCES } from './estate.ts';

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
  if (pathname === '/residences') return RESIDENCES.slice(0, Number(searchParams.get('first')));
  const residences = (searchParams.get('residences') ?? '').split(',');
  return residences.map((id) => (pathname === '/devices' ? DEVICES.get(id) : ACCOUNTS.get(id)) ?? null);
}
