/** What of mails and webhooks went out, waits, and was given up. */
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Tables } from '../database/tables.ts';
import type { Attempt, Outbox } from './outbox.ts';

type Channel = 'mail' | 'webhook';

export const CHANNELS: Readonly<Record<Outbox['table'], Channel>> = { letter: 'mail', webhook_delivery: 'webhook' };

/**
 * Counts `directory_delivery_attempts_total{channel,outcome}`; tells, of all companies and replicas,
 * `directory_deliveries_waiting{channel}`, `directory_delivery_oldest_seconds{channel}` and
 * `directory_deliveries_given_up{channel}` (of the last thirty days).
 */
export function measureDeliveries(
  database: Kysely<Tables>,
  metrics: Registry,
): (table: Outbox['table'], outcome: Attempt) => void {
  const attempts = new Counter({
    name: 'directory_delivery_attempts_total',
    help: 'Attempts to deliver mails and webhooks, by how they ended',
    labelNames: ['channel', 'outcome'],
    registers: [metrics],
  });
  const gauge = (name: string, help: string, column: keyof State): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['channel'],
      registers: [metrics],
      async collect() {
        for (const table of ['letter', 'webhook_delivery'] as const) {
          this.set({ channel: CHANNELS[table] }, (await readState(database, table))[column]);
        }
      },
    });
  gauge('directory_deliveries_waiting', 'Mails and webhooks that wait to be delivered', 'waiting');
  gauge('directory_delivery_oldest_seconds', 'Age of the oldest mail or webhook that waits', 'oldest');
  gauge('directory_deliveries_given_up', 'Mails and webhooks that were refused or expired', 'givenUp');
  return (table, outcome) => attempts.inc({ channel: CHANNELS[table], outcome });
}

interface State {
  readonly waiting: number;
  readonly oldest: number;
  readonly givenUp: number;
}

async function readState(database: Kysely<Tables>, table: Outbox['table']): Promise<State> {
  const { rows } = await sql<State>`
    select
      count(*) filter (where outcome is null)::integer as waiting,
      coalesce(extract(epoch from now() - min(made_at) filter (where outcome is null)), 0)::float8 as oldest,
      count(*) filter (where outcome in ('refused', 'expired'))::integer as "givenUp"
    from ${sql.table(table)}`.execute(database);
  return rows[0] ?? { waiting: 0, oldest: 0, givenUp: 0 };
}
