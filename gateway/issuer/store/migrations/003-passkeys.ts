/** Passkeys, the challenges that are out for them, devices that are known; and accounts that have no password. */
import { type Kysely, sql } from 'kysely';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`alter table account alter column password drop not null`.execute(database);
  await sql`
    create table passkey (
      key text primary key,
      subject text not null references account on delete cascade,
      credential_hash text not null unique,
      sealed text not null,
      counter bigint not null check (counter >= 0),
      is_synced boolean not null,
      created_at timestamptz not null,
      last_used_at timestamptz
    )`.execute(database);
  await sql`create index passkey_by_subject on passkey (subject)`.execute(database);
  await sql`
    create table passkey_challenge (
      bound_to text primary key,
      challenge_hash text not null,
      expires_at timestamptz not null
    )`.execute(database);
  await sql`
    create table known_device (
      subject text not null references account on delete cascade,
      device_hash text not null,
      last_seen_at timestamptz not null,
      primary key (subject, device_hash)
    )`.execute(database);
}
