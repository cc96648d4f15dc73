/**
 * Notes that grants are used, beside the requests that use them: they neither wait for it nor fail with it.
 *
 * 1. A grant that was noted today is passed over in memory.
 * 2. All others wait, up to a bound, and are written together every few seconds.
 * 3. What is lost, by a crash, a failed write or for want of room, is noted again by the next use.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Log } from '@commonhold/platform/log.ts';
import type { InTenant } from '../database/tenant-transaction.ts';
import { writeUses } from '../records/grant-uses.ts';

export interface GrantUses {
  /** Returns at once. @param grants keys of grants that gave rights a moment ago */
  note(tenant: TenantId, grants: readonly string[]): void;
  /** Writes what waits, as far as that can be done. */
  stop(): Promise<void>;
}

export interface GrantUsesParts {
  readonly inTenant: InTenant;
  readonly log: Log;
  readonly everyMilliseconds?: number;
}

const EVERY_MILLISECONDS = 5_000;
const MOST_WAITING = 10_000;
const MOST_REMEMBERED = 100_000;

export function startGrantUses({ inTenant, log, everyMilliseconds = EVERY_MILLISECONDS }: GrantUsesParts): GrantUses {
  const stopping = new AbortController();
  let remembered = new Set<string>();
  let day = today();
  let waiting = new Map<TenantId, Set<string>>();
  let waitingCount = 0;

  const note = (tenant: TenantId, grants: readonly string[]): void => {
    if (remembered.size >= MOST_REMEMBERED || day !== today()) {
      remembered = new Set();
      day = today();
    }
    for (const grant of grants) {
      const name = nameOf(tenant, grant);
      if (remembered.has(name) || waitingCount >= MOST_WAITING) continue;
      remembered.add(name);
      waitingCount += 1;
      const keys = waiting.get(tenant);
      if (keys) keys.add(grant);
      else waiting.set(tenant, new Set([grant]));
    }
  };

  const write = async (): Promise<void> => {
    const taken = waiting;
    waiting = new Map();
    waitingCount = 0;
    for (const [tenant, grants] of taken) {
      try {
        await inTenant(tenant, (transaction) => writeUses(transaction, tenant, [...grants]));
      } catch (error) {
        log.error({ err: error }, 'uses of grants were not written');
        for (const grant of grants) remembered.delete(nameOf(tenant, grant));
      }
    }
  };

  const repeat = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await wait(everyMilliseconds, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      await write();
    }
  };

  const writing = repeat();
  return {
    note,
    stop: async () => {
      stopping.abort();
      await writing;
    },
  };
}

function nameOf(tenant: TenantId, grant: string): string {
  return `${tenant}/${grant}`;
}

/** The database counts the days, too: by this one is only known when to look again. */
function today(): number {
  return Math.floor(Date.now() / (24 * 60 * 60 * 1000));
}
