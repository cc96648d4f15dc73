/** How much a process knows of changes of access, and whether that is recent enough to go by. */
import { z } from 'zod';
import { readConfiguration } from '../configuration.ts';

export interface KnownVersions {
  /** The version of the company's access up to which all changes are known. */
  versionOf(tenant: string): number;
  /** Whether what is known is older than the bound: nobody may be let in by it. */
  isStale(): boolean;
  /** How old it is; infinite until something is known. */
  ageSeconds(): number;
}

export const STALE_SECONDS = 5;

/** `ACCESS_STALE_SECONDS`: how old it may be. */
export function readStaleSeconds(environment: NodeJS.ProcessEnv): number {
  const schema = z.object({ ACCESS_STALE_SECONDS: z.coerce.number().min(1).max(60).default(STALE_SECONDS) });
  return readConfiguration(schema, environment).ACCESS_STALE_SECONDS;
}
