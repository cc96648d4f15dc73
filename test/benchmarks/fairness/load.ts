/** A steady load, from a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { LoadRequest } from '../measure/load.ts';

export const steadyLoad = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  requestsPerSecond: z.number().positive(),
  seconds: z.number().positive(),
});

export type SteadyLoad = z.output<typeof steadyLoad>;

const answer = z.object({
  /** In which second of the load it was due. */
  second: z.number(),
  /** 0: the connection broke. */
  status: z.number(),
  /** From when it was due. */
  milliseconds: z.number(),
});

export type Answer = z.output<typeof answer>;

/** @returns every answer, once all have come */
export async function loadSteadily(
  { url, headers, body = '' }: LoadRequest,
  requestsPerSecond: number,
  seconds: number,
): Promise<readonly Answer[]> {
  const child = fork(fileURLToPath(new URL('load-generator.ts', import.meta.url)));
  child.send({ url, headers, body, requestsPerSecond, seconds } satisfies SteadyLoad);
  const [message] = await once(child, 'message');
  return z.array(answer).parse(message);
}

/** The time below which `share` of the answers stay; 0 of none. */
export function percentile(answers: readonly Answer[], share: number): number {
  const sorted = answers.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
