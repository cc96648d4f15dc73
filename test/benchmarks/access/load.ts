/** Requests with access tokens, from a process of its own: what proofs cost whoever makes them counts for nobody. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { JWK } from 'jose';
import { z } from 'zod';

export const accessLoad = z.object({
  url: z.string(),
  query: z.string(),
  connections: z.number(),
  seconds: z.number(),
  /** Sent in turn. */
  tokens: z.array(z.string()).min(1),
  /** The private key that they are bound to. */
  key: z.custom<JWK>().optional(),
  /** The certificate that they are bound to. */
  certificate: z.object({ cert: z.string(), key: z.string(), ca: z.string() }).optional(),
});

export type AccessLoad = z.output<typeof accessLoad>;

const loadOutcome = z.object({
  answered: z.number(),
  requestsPerSecond: z.number(),
  p50Milliseconds: z.number(),
  p99Milliseconds: z.number(),
});

export type LoadOutcome = z.output<typeof loadOutcome>;

/** @throws {Error} when an answer wasn't what was asked for; the generator has told which on standard error. */
export async function loadAccess(load: AccessLoad): Promise<LoadOutcome> {
  const child = fork(fileURLToPath(new URL('load-generator.ts', import.meta.url)));
  const outcome = once(child, 'message');
  const failure = once(child, 'exit').then(() => {
    throw new Error('the load ended before it was through');
  });
  failure.catch(() => undefined);
  child.send(load);
  const [message] = await Promise.race([outcome, failure]);
  return loadOutcome.parse(message);
}
