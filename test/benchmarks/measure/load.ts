/** A load from a process of its own, so that whoever drives the benchmark costs the sides nothing. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface LoadRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const result = z.object({
  /** Answers with status 200. */
  answered: z.number(),
  failed: z.number(),
  requestsPerSecond: z.number(),
  p50Milliseconds: z.number(),
  p99Milliseconds: z.number(),
});

export type LoadResult = z.infer<typeof result>;

/** When a load ends: after a time, or after so many answers. */
export type End = { readonly seconds: number } | { readonly requests: number };

/**
 * @param requestsPerSecond left out: as many as are answered
 * @throws {Error} when an answer wasn't 200.
 */
export async function load(
  request: LoadRequest,
  connections: number,
  end: End,
  requestsPerSecond?: number,
): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL('load-generator.ts', import.meta.url)));
  child.send({
    ...request,
    connections,
    ...('seconds' in end ? { duration: end.seconds } : { amount: end.requests, sampleInt: 100 }),
    ...(requestsPerSecond !== undefined && { overallRate: requestsPerSecond }),
  });
  const [message] = await once(child, 'message');
  const measured = result.parse(message);
  if (measured.failed > 0 || measured.answered === 0) throw new Error(`${request.url} failed ${measured.failed} times`);
  return measured;
}
