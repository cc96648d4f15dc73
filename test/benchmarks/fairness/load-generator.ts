/**
 * Requests at a steady rate, whether or not those before have been answered, as many independent clients send them. How
 * long one took counts from when it was due. It spends little on each, so that it takes little from what it measures.
 */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { openClients } from './clients.ts';
import { type Answer, steadyLoad } from './load.ts';

const TICK_MILLISECONDS = 5;
const CONNECTIONS = 1_000;

const [message] = await once(process, 'message');
const { requestsPerSecond, seconds, ...request } = steadyLoad.parse(message);
const clients = await openClients(request, CONNECTIONS);
const answers: Answer[] = [];
const underWay = new Set<Promise<void>>();

async function ask(due: number): Promise<void> {
  const status = await clients.ask();
  answers.push({ second: secondOf(due), status, milliseconds: performance.now() - due });
}

const startedAt = performance.now();
for (let sent = 0, elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - startedAt) {
  for (; sent < (elapsed / 1000) * requestsPerSecond; sent += 1) {
    const asked = ask(startedAt + (sent / requestsPerSecond) * 1000);
    underWay.add(asked);
    void asked.finally(() => underWay.delete(asked));
  }
  await setTimeout(TICK_MILLISECONDS);
}
await Promise.all(underWay);
process.send?.(answers, () => process.exit());

function secondOf(due: number): number {
  return Math.floor((due - startedAt) / 1000);
}
