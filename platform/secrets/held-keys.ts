/**
 * Keys for what can't be made anew: a keyed hash doesn't tell the value that it was made of. Each is made once and kept
 * in a table `held_key`, sealed under the master key, so that a rotation of that seals the key anew and changes no hash.
 *
 * What was hashed before there were such keys was hashed by the master key's own: that one is taken over.
 */
import { type Kysely, sql } from 'kysely';
import { StartupError } from '../startup-error.ts';
import type { Envelope } from './envelope.ts';
import type { MasterKey } from './master-key.ts';
import type { SealedColumn } from './resealing.ts';

export interface HeldKeysOptions<Tables> {
  /** As the owner of the tables. */
  readonly database: Kysely<Tables>;
  readonly envelope: Envelope;
  readonly masterKey: MasterKey;
}

/** @returns the key of 32 bytes for a purpose, such as `issuer:keyed-hash`; at all replicas and times the same */
export type HeldKeys = (purpose: string) => Promise<Uint8Array>;

/** For a migration. */
export async function createHeldKeyTable(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table held_key (
      purpose text primary key,
      sealed text not null check (sealed like 'eyJ%'),
      made_at timestamptz not null default now()
    )`.execute(database);
}

export function createHeldKeys<Tables>({ database, envelope, masterKey }: HeldKeysOptions<Tables>): HeldKeys {
  return async (purpose) => {
    const key = Buffer.from(masterKey.derive(purpose)).toString('base64url');
    // Of several replicas that make it at once, one is the first: all take what that has written.
    await sql`
      insert into held_key (purpose, sealed) values (${purpose}, ${await envelope.seal(key, placeOf(purpose))})
      on conflict do nothing`.execute(database);
    const { rows } = await sql<{ readonly sealed: string }>`
      select sealed from held_key where purpose = ${purpose}`.execute(database);
    const opened = await envelope.open(rows[0]?.sealed ?? '', placeOf(purpose)).catch(() => {
      throw new StartupError(
        "The database's keys can't be opened with this master key",
        'name the master key that it was made with',
      );
    });
    return new Uint8Array(Buffer.from(opened, 'base64url'));
  };
}

export const HELD_KEY_COLUMN: SealedColumn = {
  table: 'held_key',
  column: 'sealed',
  key: ['purpose'],
  place: (purpose) => placeOf(String(purpose)),
};

function placeOf(purpose: string): string {
  return `held_key:${purpose}`;
}
