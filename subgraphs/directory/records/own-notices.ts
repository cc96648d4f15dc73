/** What somebody has been told: their own notices, and nobody else's. */
import { encodeId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import {
  ABOUT_NAMES,
  type AboutName,
  isNoticeKind,
  NOTICE_KINDS,
  type NoticeAbout,
  type NoticeKind,
} from '../notices/kinds.ts';
import type { NoticeParent } from '../parents.ts';
import type { NewestFirstPosition } from './newest-first.ts';
import { isOneOf } from './visibility.ts';

export interface NoticeList {
  readonly subject: string;
  readonly isUnreadOnly: boolean;
  readonly after: NewestFirstPosition | undefined;
  readonly limit: number;
}

/** Newest first. */
export async function listNotices(
  transaction: TenantTransaction,
  { subject, isUnreadOnly, after, limit }: NoticeList,
): Promise<readonly NoticeParent[]> {
  let listed = selectNotices(transaction, subject);
  if (isUnreadOnly) listed = listed.where('notice.read_at', 'is', null);
  if (after) {
    const { since, key } = after;
    listed = listed.where(sql<boolean>`(notice.at < ${since} or (notice.at = ${since} and notice.key > ${key}))`);
  }
  const rows = await listed.orderBy('notice.at', 'desc').orderBy('notice.key').limit(limit).execute();
  return rows.flatMap(toNotice);
}

/** Marks those of `keys` that are the subject's. @returns these, as they are now */
export async function markRead(
  transaction: TenantTransaction,
  subject: string,
  keys: readonly string[],
): Promise<readonly NoticeParent[]> {
  await transaction
    .updateTable('notice')
    .set({ read_at: sql<Date>`date_trunc('milliseconds', now())` })
    .where('subject', '=', subject)
    .where('read_at', 'is', null)
    .where(isOneOf('key', keys))
    .execute();
  const rows = await selectNotices(transaction, subject).where(isOneOf('notice.key', keys)).execute();
  return rows.flatMap(toNotice);
}

/** Read or not, nobody is told of what is older than a year. @param transaction the owner's */
export async function removeOldNotices(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  await transaction
    .deleteFrom('notice')
    .where('tenant', '=', tenant)
    .where('at', '<', sql<Date>`now() - interval '1 year'`)
    .execute();
}

const about = z.partialRecord(z.enum(ABOUT_NAMES), z.string());

/** What a notice says to its addressee. @param incident what was announced, if that is what it tells of */
export function textOf(kind: NoticeKind, told: unknown, incident: string | null): string {
  return incident ?? NOTICE_KINDS[kind].text(parseAbout(told));
}

export function parseAbout(told: unknown): NoticeAbout {
  return about.safeParse(told).data ?? {};
}

function selectNotices(transaction: TenantTransaction, subject: string) {
  return (
    transaction
      .selectFrom('notice')
      .leftJoin('incident', (join) =>
        join
          .onRef('incident.tenant', '=', 'notice.tenant')
          .on(sql<boolean>`notice.kind = 'INCIDENT' and incident.key = notice.about ->> 'incident'`),
      )
      .select([
        'notice.tenant',
        'notice.key',
        'notice.kind',
        'notice.about',
        'notice.at',
        'notice.read_at as readAt',
        'incident.text as incident',
      ])
      .where('notice.subject', '=', subject)
      // What a newer version tells of can't be read after a step back.
      .where(isOneOf('notice.kind', Object.keys(NOTICE_KINDS)))
  );
}

interface NoticeRow {
  readonly tenant: TenantId;
  readonly key: string;
  readonly kind: string;
  readonly about: unknown;
  readonly at: Date;
  readonly readAt: Date | null;
  readonly incident: string | null;
}

/** What of a notice is a record of the company, and of which type. */
const TYPES: Readonly<Partial<Record<AboutName, string>>> = {
  grant: 'RoleGrant',
  person: 'Person',
  incident: 'Incident',
  breakGlass: 'BreakGlass',
  review: 'ReviewCampaign',
};

function toNotice({ tenant, key, kind, about: told, at, readAt, incident }: NoticeRow): readonly NoticeParent[] {
  if (!isNoticeKind(kind)) return [];
  const named = parseAbout(told);
  const references = ABOUT_NAMES.flatMap((name) => {
    const [type, record] = [TYPES[name], named[name]];
    return type && record ? [{ type, record: encodeId({ tenant, type, residence: undefined, key: record }) }] : [];
  });
  const notice = {
    id: encodeId({ tenant, type: 'Notice', residence: undefined, key }),
    key,
    kind,
    about: references,
    text: textOf(kind, told, incident),
    at: at.toISOString(),
    readAt: readAt?.toISOString() ?? null,
  };
  return [notice];
}
