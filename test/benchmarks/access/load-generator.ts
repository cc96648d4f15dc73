/** One run of requests over a number of connections, as its parent asks for it; each with a proof, where the token is bound. */
import { once } from 'node:events';
import { headersWith } from '@commonhold/development/fetch-with-token.ts';
import { openProofKey } from '@commonhold/development/proof-key.ts';
import { Agent } from 'undici';
import { accessLoad, type LoadOutcome } from './load.ts';

const [message] = await once(process, 'message');
const { url, query, connections, seconds, tokens, key: jwk, certificate } = accessLoad.parse(message);
const key = jwk && (await openProofKey(jwk));
const agent = new Agent({ connections, ...(certificate && { connect: certificate }) });
const { origin, pathname } = new URL(url);
const body = JSON.stringify({ query });
const latencies: number[] = [];
let next = 0;

/** @throws {Error} when the answer isn't the data that was asked for */
async function ask(): Promise<void> {
  const accessToken = tokens[next % tokens.length] ?? '';
  next += 1;
  const headers = {
    'content-type': 'application/json',
    ...(await headersWith({ accessToken, key }, url, 'POST')),
  };
  const startedAt = performance.now();
  const answer = await agent.request({ origin, path: pathname, method: 'POST', headers, body });
  const text = await answer.body.text();
  const nonce = answer.headers['dpop-nonce'];
  if (typeof nonce === 'string') key?.nonces.set(origin, nonce);
  if (answer.statusCode === 401 && typeof nonce === 'string') return;
  if (answer.statusCode !== 200 || text.includes('"errors"')) throw new Error(`${answer.statusCode} ${text}`);
  latencies.push(performance.now() - startedAt);
}

// The first one opens a connection and brings the nonce.
await ask();
latencies.length = 0;
const startedAt = performance.now();
const deadline = startedAt + seconds * 1000;
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (performance.now() < deadline) await ask();
  }),
);
const elapsed = (performance.now() - startedAt) / 1000;
const sorted = latencies.toSorted((one, other) => one - other);
const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const outcome: LoadOutcome = {
  answered: sorted.length,
  requestsPerSecond: sorted.length / elapsed,
  p50Milliseconds: at(0.5),
  p99Milliseconds: at(0.99),
};
process.send?.(outcome, () => process.exit());
