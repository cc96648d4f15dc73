/** How long a sandbox partner takes for an answer: `SANDBOX_LATENCY_MS` at most, 8 by default, 0 for none. */
import { readConfiguration } from '@commonhold/platform/configuration.ts';
import { z } from 'zod';

export interface Latency {
  readonly least: number;
  readonly greatest: number;
}

const schema = z.object({ SANDBOX_LATENCY_MS: z.coerce.number().int().min(0).max(10_000).default(8) });

/** @throws {StartupError} when the variable isn't a number of milliseconds */
export function sandboxLatency(environment: NodeJS.ProcessEnv): Latency {
  const { SANDBOX_LATENCY_MS: greatest } = readConfiguration(schema, environment);
  return { least: Math.floor(greatest / 4), greatest };
}
