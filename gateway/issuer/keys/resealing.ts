/** Seals anew, in the background, what the issuer keeps under an older generation of the master key. */
import type { Log } from '@commonhold/platform/log.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { measureOutdated } from '@commonhold/platform/secrets/outdated.ts';
import { resealColumns } from '@commonhold/platform/secrets/resealing.ts';
import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import { SEALED_COLUMNS } from '../store/sealed-columns.ts';
import type { IssuerTables } from '../store/tables.ts';

export interface ResealingOptions {
  readonly database: Kysely<IssuerTables>;
  readonly envelope: Envelope;
  readonly metrics: Registry;
  readonly log: Log;
}

const PAUSE_MILLISECONDS = 10_000;

/** Each replica looks; what two do at once is done once. */
export function startResealing({ database, envelope, metrics, log }: ResealingOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const outdated = measureOutdated(metrics, 'issuer', envelope);
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();
  const look = (): void => {
    underWay = outdated
      .look(() =>
        resealColumns<IssuerTables>(
          SEALED_COLUMNS,
          envelope,
          (work) => database.transaction().execute(work),
          stopping.signal,
        ),
      )
      .catch((err: unknown) => log.error({ event: 'not sealed anew', err }))
      .finally(() => {
        if (stopping.signal.aborted) return;
        timer = setTimeout(look, PAUSE_MILLISECONDS);
        timer.unref();
      });
  };
  look();
  return {
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await underWay;
    },
  };
}
