/**
 * Glasses that were broken: rights of an hour on some residences, which somebody else has to review.
 *
 * What was written once stays: no row is removed, its reason, places and times are never altered, and neither its end
 * nor its review is written twice. Who broke a glass can't have reviewed it, and breaks no other before.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant, TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table break_glass (
      tenant text collate "C" not null,
      key text collate "C" not null default gen_random_uuid()::text,
      subject text collate "C" not null,
      reason text not null check (reason <> ''),
      since timestamptz(3) not null default date_trunc('milliseconds', now()),
      until timestamptz(3) not null,
      review_due timestamptz(3) not null,
      ended_by text collate "C",
      ended_at timestamptz(3),
      reviewed_by text collate "C",
      reviewed_at timestamptz(3),
      outcome text check (outcome in ('JUSTIFIED', 'UNJUSTIFIED')),
      remark text,
      primary key (tenant, key),
      foreign key (tenant, subject) references account,
      foreign key (tenant, ended_by) references account,
      foreign key (tenant, reviewed_by) references account,
      check (until > since and until <= since + interval '1 hour'),
      check (review_due > until),
      check ((ended_by is null) = (ended_at is null)),
      check ((reviewed_by is null) = (reviewed_at is null)),
      check ((reviewed_by is null) = (outcome is null) and (reviewed_by is null) = (remark is null)),
      check (reviewed_by is distinct from subject)
    )`.execute(database);
  await sql`
    create unique index break_glass_not_reviewed on break_glass (tenant, subject) where reviewed_at is null`.execute(
    database,
  );
  await sql`create index break_glass_newest_first on break_glass (tenant, since desc, key)`.execute(database);
  await sql`
    create table break_glass_residence (
      tenant text collate "C" not null,
      break_glass text collate "C" not null,
      residence text collate "C" not null,
      primary key (tenant, break_glass, residence),
      foreign key (tenant, break_glass) references break_glass,
      foreign key (tenant, residence) references residence
    )`.execute(database);
  await sql`
    create index notice_of_broken_glass on notice (tenant, (about ->> 'breakGlass'))
    where kind = 'BREAK_GLASS_REVIEW_DUE'`.execute(database);
  await sql`
    create function keep_break_glass() returns trigger language plpgsql as $$
    begin
      if old.ended_at is not null and (new.ended_at, new.ended_by) is distinct from (old.ended_at, old.ended_by)
        or old.reviewed_at is not null
      then
        raise exception 'what was written of a broken glass stays';
      end if;
      return new;
    end $$`.execute(database);
  await sql`
    create trigger keep_break_glass before update on break_glass
    for each row execute function keep_break_glass()`.execute(database);
  await isolateByTenant(database, 'break_glass');
  await isolateByTenant(database, 'break_glass_residence', 'select, insert');
  await sql`
    grant insert (tenant, subject, reason, until, review_due),
      update (ended_by, ended_at, reviewed_by, reviewed_at, outcome, remark)
    on break_glass to ${sql.id(TENANT_ROLE)}`.execute(database);
}
