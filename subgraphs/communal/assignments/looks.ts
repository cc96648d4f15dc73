/** Looks again and again, at one company after the other. Replicas don't agree on it: a look that is repeated says the same. */
import { setTimeout as wait } from 'node:timers/promises';
import { PartnerError } from '@commonhold/kit/partner/partner-error.ts';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Log } from '@commonhold/platform/log.ts';
import type { Running } from '@commonhold/platform/process.ts';
import { Counter, type Registry } from 'prom-client';
import type { Look } from './look.ts';

export interface LooksOptions {
  /** Those that the partner's credentials are for. */
  readonly companies: readonly TenantId[];
  readonly look: Look;
  readonly log: Log;
  /** Counts `communal_assignment_looks_total{outcome}` and `communal_unknown_assignments_total`. */
  readonly metrics: Registry;
}

const EVERY_MILLISECONDS = 60_000;

/** `stop` aborts the look that is under way. */
export function startLooks({ companies, look, log, metrics }: LooksOptions): Running {
  const stopping = new AbortController();
  const { signal } = stopping;
  const count = createCounters(metrics);

  const lookAt = async (company: TenantId): Promise<void> => {
    try {
      const { unknown, isWhole } = await look(company, signal);
      count.unknown.inc(unknown);
      count.looks.inc({ outcome: isWhole ? 'done' : 'cut' });
      if (!isWhole) log.error({ company }, 'too much is assigned to look through: nothing ends by it');
    } catch (error) {
      if (signal.aborted) return;
      const outcome = error instanceof PartnerError ? 'partner-failed' : 'directory-failed';
      count.looks.inc({ outcome });
      log.warn({ company, outcome }, 'what is assigned could not be looked at');
    }
  };

  const repeat = async (): Promise<void> => {
    await pause(Math.random(), signal);
    while (!signal.aborted) {
      for (const company of companies) {
        if (!signal.aborted) await lookAt(company);
      }
      await pause(0.9 + Math.random() * 0.2, signal);
    }
  };

  const looking = repeat();
  return {
    stop: async () => {
      stopping.abort();
      await looking;
    },
  };
}

async function pause(part: number, signal: AbortSignal): Promise<void> {
  await wait(part * EVERY_MILLISECONDS, undefined, { signal, ref: false }).catch(() => undefined);
}

function createCounters(metrics: Registry) {
  return {
    looks: new Counter({
      name: 'communal_assignment_looks_total',
      help: 'Looks at what is assigned at the partner, by how they ended',
      labelNames: ['outcome'],
      registers: [metrics],
    }),
    unknown: new Counter({
      name: 'communal_unknown_assignments_total',
      help: 'Assignments at the partner to a residence or person that the company does not have, at each look',
      registers: [metrics],
    }),
  };
}
