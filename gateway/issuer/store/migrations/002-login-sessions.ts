/** Login sessions, those that ended before their time, and what others still have to be told. */
import { type Kysely, sql } from 'kysely';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table browser_session (
      browser text primary key,
      subject text not null references account on delete cascade,
      device text not null,
      started_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(database);
  await sql`create index browser_session_by_subject on browser_session (subject)`.execute(database);
  await sql`
    create table login_session (
      sid text primary key,
      browser text not null references browser_session on delete cascade,
      tenant text not null,
      client_id text not null,
      last_used_at timestamptz not null
    )`.execute(database);
  await sql`create index login_session_by_browser on login_session (browser)`.execute(database);
  await sql`
    create table ended_login (
      kind text not null check (kind in ('browser', 'session', 'token')),
      key text not null,
      until timestamptz not null,
      primary key (kind, key)
    )`.execute(database);
  await sql`
    create table outbox (
      key text primary key default gen_random_uuid()::text,
      recipient text not null,
      message text not null,
      added_at timestamptz not null default now(),
      until timestamptz not null
    )`.execute(database);
}
