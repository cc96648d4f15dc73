/**
 * Hands notices on: to the outbox of mail for who doesn't mind, and to the company's webhooks. Each notice is handed on
 * once, in one transaction of its company.
 */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/tables.ts';
import type { InTenant, TenantTransaction } from '../database/tenant-transaction.ts';
import { type AboutName, isNoticeKind, NOTICE_KINDS, type NoticeAbout } from '../notices/kinds.ts';
import { postLetter } from '../records/letters.ts';
import { parseAbout, textOf } from '../records/own-notices.ts';
import { openColumn } from '../records/sealed-person.ts';

export interface PostParts {
  /** As the owner of the tables, who sees which companies have something to be handed on. */
  readonly database: Kysely<Tables>;
  readonly asOwner: InTenant;
  readonly envelope: Envelope;
  /** Whether there is a mail server; without one, notices are read in GraphQL alone. */
  readonly isMailed: boolean;
}

/** Things told of, with all who are told. */
const BATCH = 20;
/** A letter that couldn't be sent for so long tells of nothing new. */
const LETTER_DAYS = 3;

export async function postNotices(parts: PostParts, signal: AbortSignal): Promise<void> {
  const companies = await parts.database
    .selectFrom('notice')
    .select('tenant')
    .distinct()
    .where('posted_at', 'is', null)
    .execute();
  for (const { tenant } of companies) {
    let isMore = true;
    while (isMore && !signal.aborted) {
      isMore = await parts.asOwner(tenant, (transaction) => postSome(transaction, tenant, parts));
    }
  }
}

async function postSome(transaction: TenantTransaction, tenant: TenantId, parts: PostParts): Promise<boolean> {
  const notices = await takeNotices(transaction, tenant);
  for (const notice of notices) {
    if (parts.isMailed && notice.sealedEmail !== null && isMailed(notice)) await mail(transaction, notice, parts);
  }
  await callWebhooks(transaction, tenant, notices);
  return notices.length > 0;
}

type Notice = Awaited<ReturnType<typeof takeNotices>>[number];

async function takeNotices(transaction: TenantTransaction, tenant: TenantId) {
  const keys = await transaction
    .updateTable('notice')
    .set({ posted_at: sql<Date>`now()` })
    .where('tenant', '=', tenant)
    .where('posted_at', 'is', null)
    .where('event', 'in', (query) =>
      query
        .selectFrom('notice')
        .select('event')
        .where('tenant', '=', tenant)
        .where('posted_at', 'is', null)
        .limit(BATCH),
    )
    .returning('key')
    .execute();
  if (keys.length === 0) return [];
  return transaction
    .selectFrom('notice')
    .innerJoin('account', (join) =>
      join.onRef('account.tenant', '=', 'notice.tenant').onRef('account.subject', '=', 'notice.subject'),
    )
    .leftJoin('person', (join) =>
      join.onRef('person.tenant', '=', 'account.tenant').onRef('person.key', '=', 'account.person'),
    )
    .leftJoin('unwanted_mail', (join) =>
      join
        .onRef('unwanted_mail.tenant', '=', 'notice.tenant')
        .onRef('unwanted_mail.subject', '=', 'notice.subject')
        .onRef('unwanted_mail.kind', '=', 'notice.kind'),
    )
    .leftJoin('incident', (join) =>
      join
        .onRef('incident.tenant', '=', 'notice.tenant')
        .on(sql<boolean>`notice.kind = 'INCIDENT' and incident.key = notice.about ->> 'incident'`),
    )
    .select([
      'notice.tenant',
      'notice.event',
      'notice.kind',
      'notice.about',
      'notice.at',
      'notice.subject',
      'person.key as person',
      'person.sealed_email as sealedEmail',
      'unwanted_mail.kind as unwanted',
      'incident.text as incident',
    ])
    .where('notice.tenant', '=', tenant)
    .where(
      'notice.key',
      'in',
      keys.map(({ key }) => key),
    )
    .orderBy('notice.at')
    .execute();
}

function isMailed({ kind, unwanted }: Notice): boolean {
  if (!isNoticeKind(kind)) return false;
  const { mail } = NOTICE_KINDS[kind];
  return mail === 'always' || unwanted === null;
}

async function mail(transaction: TenantTransaction, notice: Notice, { envelope }: PostParts): Promise<void> {
  const { tenant, kind, person, sealedEmail, about, incident, at } = notice;
  if (!isNoticeKind(kind) || person === null || sealedEmail === null) return;
  const address = await openColumn(envelope, { tenant, key: person }, 'email', sealedEmail);
  const text = `${textOf(kind, about, incident)}\n\nThis was noted at ${at.toISOString()}. You find it under your notices.\n`;
  const until = new Date(Date.now() + LETTER_DAYS * 24 * 60 * 60 * 1000);
  await postLetter(transaction, tenant, envelope, {
    address,
    subject: SUBJECTS[NOTICE_KINDS[kind].topic],
    text,
    until,
  });
}

const SUBJECTS = {
  rights: 'Commonhold: your rights',
  login: 'Commonhold: your login',
  duty: 'Commonhold: something waits for you',
  incident: 'Commonhold: a security incident',
} as const;

/** One call for each thing that was told of, however many people were. */
async function callWebhooks(
  transaction: TenantTransaction,
  tenant: TenantId,
  notices: readonly Notice[],
): Promise<void> {
  const webhooks = await transaction
    .selectFrom('webhook')
    .select('key')
    .where('tenant', '=', tenant)
    .where('removed_at', 'is', null)
    .execute();
  const events = [...Map.groupBy(notices, ({ event }) => event).values()];
  const rows = events.flatMap((told) =>
    webhooks.map(({ key }) => ({ tenant, webhook: key, payload: payloadOf(told) })),
  );
  if (rows.length > 0) await transaction.insertInto('webhook_delivery').values(rows).execute();
}

/** What of a notice is a key, an instant or a word of the vocabulary; the description of a device stays here. */
const TOLD_OUTSIDE: readonly AboutName[] = [
  'grant',
  'role',
  'person',
  'until',
  'recovery',
  'review',
  'breakGlass',
  'incident',
  'by',
];

function payloadOf(told: readonly Notice[]): string {
  const [notice] = told;
  if (!notice) throw new TypeError('an event without a notice');
  const about: NoticeAbout = parseAbout(notice.about);
  const names = TOLD_OUTSIDE.filter((name) => about[name] !== undefined);
  return JSON.stringify({
    type: `notice.${notice.kind.toLowerCase()}`,
    timestamp: notice.at.toISOString(),
    data: {
      event: notice.event,
      company: notice.tenant,
      subjects: told.map(({ subject }) => subject),
      about: Object.fromEntries(names.map((name) => [name, about[name]])),
    },
  });
}
