/**
 * Which replica does a job: a lease in the database, for a bounded time. A lock of the session would need a connection of
 * its own for as long as the work takes, of which the embedded database has none to give.
 */
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/tables.ts';

export const LEASE_SECONDS = 120;

interface Due {
  readonly name: string;
  readonly everySeconds: number;
}

/** How much of the interval has to have gone by: the pauses between two looks vary. */
const DUE_AFTER = 0.8;

/** @returns whether the job is due, nobody else has it, and `holder` has it now */
export async function takeLease(
  database: Kysely<Tables>,
  { name, everySeconds }: Due,
  holder: string,
): Promise<boolean> {
  const { rows } = await sql`
    insert into recurring_job (name, holder, began_at, leased_until)
    values (${name}, ${holder}, now(), now() + make_interval(secs => ${LEASE_SECONDS}))
    on conflict (name) do update
      set holder = excluded.holder, began_at = excluded.began_at, leased_until = excluded.leased_until
      where recurring_job.leased_until <= now()
        and recurring_job.began_at <= now() - make_interval(secs => ${everySeconds * DUE_AFTER})
    returning name`.execute(database);
  return rows.length > 0;
}

/** So that the next one needn't wait for the lease to end. */
export async function giveBack(database: Kysely<Tables>, { name }: Pick<Due, 'name'>, holder: string): Promise<void> {
  await sql`update recurring_job set leased_until = now() where name = ${name} and holder = ${holder}`.execute(
    database,
  );
}
