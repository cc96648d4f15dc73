/** Tells the directory to whom service requests are assigned: rights on their residences begin and end with it. */
import { setTimeout as wait } from 'node:timers/promises';
import { subgraphUnavailable } from '@commonhold/kit/errors.ts';
import { type ResidenceKey, residenceKey, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Log } from '@commonhold/platform/log.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { tlsTowards } from '@commonhold/platform/tls/peer.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { Agent, request } from 'undici';
import { z } from 'zod';

export interface Assignment {
  readonly request: string;
  readonly residence: ResidenceKey;
  /** Key of the person; null: nobody, or it is over. */
  readonly person: string | null;
  readonly deadline: string | null;
  /** The instant that this is true of, by the partner's clock. */
  readonly asOf: string;
}

/** How what the partner lists differs from what the directory holds. */
export interface Differences {
  /** Keys of requests of which the directory doesn't know what was listed. */
  readonly changed: readonly string[];
  /** Assignments that it holds as open, of requests that were not listed. */
  readonly missing: readonly { readonly request: string; readonly residence: ResidenceKey }[];
}

export interface Assignments {
  /** Whether something may be assigned to the person. @throws {GraphQLError} SUBGRAPH_UNAVAILABLE */
  isPerson(tenant: TenantId, person: string): Promise<boolean>;
  /** @throws {GraphQLError} SUBGRAPH_UNAVAILABLE when the directory doesn't know of it now: the order is to be repeated */
  tell(tenant: TenantId, assignment: Assignment): Promise<void>;
  /** Nothing changes by it. @param listed at most 1000 @throws {GraphQLError} SUBGRAPH_UNAVAILABLE */
  compare(tenant: TenantId, listed: readonly Assignment[], signal: AbortSignal): Promise<Differences>;
  /** @returns how many name a residence or person that isn't the company's @throws {GraphQLError} SUBGRAPH_UNAVAILABLE */
  tellAll(tenant: TenantId, assignments: readonly Assignment[], signal: AbortSignal): Promise<number>;
  /** Goes on until the directory knows, or the process stops; the assignment's own end bounds what was not told. */
  tellUntilKnown(tenant: TenantId, assignment: Assignment): void;
  close(): Promise<void>;
}

const TIMEOUT_MILLISECONDS = 3_000;
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
/** More that wait than this are left to their own end. */
const MOST_WAITING = 10_000;

/** What the directory takes in one message. */
const GREATEST_REPORT = 100;

const answer = z.object({
  unknown: z.array(z.string()),
  absent: z.array(z.string()),
  changed: z.array(z.string()),
  missing: z.array(z.object({ request: z.string(), residence: z.string().transform(residenceKey) })),
});

export function createAssignments(identity: ServiceIdentity, directoryUrl: URL, log: Log): Assignments {
  const dispatcher = new Agent({ connect: tlsTowards(identity, 'directory'), connections: 4 });
  const stopping = new AbortController();
  const waiting = new Set<Promise<void>>();

  const ask = async (tenant: TenantId, body: object, until?: AbortSignal): Promise<z.output<typeof answer>> => {
    try {
      const token = await mintServiceToken(identity, 'directory', { tenant });
      const { statusCode, body: answered } = await request(new URL('/assignments', directoryUrl), {
        dispatcher,
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MILLISECONDS), ...(until ? [until] : [])]),
      });
      const text = await answered.text();
      if (statusCode !== 200) throw new Error('refused');
      return answer.parse(JSON.parse(text));
    } catch {
      throw subgraphUnavailable();
    }
  };

  const repeat = async (tenant: TenantId, assignment: Assignment): Promise<void> => {
    const { signal } = stopping;
    for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS)) {
      const isKnown = await ask(tenant, { assignments: [assignment] }).then(
        () => true,
        () => false,
      );
      if (isKnown || signal.aborted) return;
      await wait(pause, undefined, { signal }).catch(() => undefined);
    }
  };

  return {
    isPerson: async (tenant, person) => (await ask(tenant, { persons: [person] })).absent.length === 0,
    tell: async (tenant, assignment) => {
      await ask(tenant, { assignments: [assignment] });
    },
    compare: (tenant, listed, signal) => ask(tenant, { listed }, signal),
    tellAll: async (tenant, assignments, signal) => {
      let unknown = 0;
      for (let from = 0; from < assignments.length; from += GREATEST_REPORT) {
        const part = assignments.slice(from, from + GREATEST_REPORT);
        const told = await ask(tenant, { assignments: part }, signal);
        unknown += told.unknown.length;
      }
      return unknown;
    },
    tellUntilKnown: (tenant, assignment) => {
      if (waiting.size >= MOST_WAITING) return log.error('an assignment that ended is left to its own end');
      const told = repeat(tenant, assignment).finally(() => waiting.delete(told));
      waiting.add(told);
    },
    close: async () => {
      stopping.abort();
      await Promise.all(waiting);
      await dispatcher.close();
    },
  };
}
