/**
 * Requests at a steady rate, whether or not those before have been answered, as many independent clients send them. How
 * long one took counts from when it was due.
 */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Agent } from 'undici';
import { type Answer, steadyLoad } from './load.ts';

const TICK_MILLISECONDS = 5;
/** Enough that none waits for one. */
const CONNECTIONS = 2_000;

const [message] = await once(process, 'message');
const { url, headers, body, requestsPerSecond, seconds } = steadyLoad.parse(message);
const agent = new Agent({ connections: CONNECTIONS });
const { origin, pathname } = new URL(url);
const answers: Answer[] = [];
const underWay = new Set<Promise<void>>();

async function ask(due: number): Promise<void> {
  const { statusCode, body: answer } = await agent.request({ origin, path: pathname, method: 'POST', headers, body });
  await answer.dump();
  answers.push({ second: secondOf(due), status: statusCode, milliseconds: performance.now() - due });
}

const startedAt = performance.now();
for (let sent = 0, elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - startedAt) {
  for (; sent < (elapsed / 1000) * requestsPerSecond; sent += 1) {
    const due = startedAt + (sent / requestsPerSecond) * 1000;
    const asked = ask(due).catch(() => void answers.push({ second: secondOf(due), status: 0, milliseconds: 0 }));
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
