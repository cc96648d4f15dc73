/** What people are told. A notice holds ids alone: whoever reads it sees of them what their role shows. */
import { randomUUID } from 'node:crypto';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { ROLE_NAMES } from '@commonhold/schema/permissions.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { NoticeAbout, NoticeKind } from '../notices/kinds.ts';
import { IS_IN_FORCE } from './grant-state.ts';
import { isOneOf } from './visibility.ts';

export interface Notice {
  readonly kind: NoticeKind;
  /** The subject that is told, or all people who hold a role in the company now: this one, one of these, or any. */
  readonly to: string | { readonly role: Role } | { readonly roles: readonly Role[] | undefined };
  /** What it is about, by name: keys, never personal data. */
  readonly about: NoticeAbout;
}

/** Writes one row for each addressee, in the transaction of what it tells of. */
export async function notify(
  transaction: TenantTransaction,
  tenant: TenantId,
  { kind, to, about }: Notice,
): Promise<void> {
  const named = typeof to === 'string' ? [to] : await holdersOf(transaction, 'role' in to ? [to.role] : to.roles);
  const subjects = await peopleAmong(transaction, named);
  if (subjects.length === 0) return;
  const event = randomUUID();
  const rows = subjects.map((subject) => ({ tenant, subject, kind, event, about: JSON.stringify(about) }));
  await transaction.insertInto('notice').values(rows).execute();
}

/** A service reads no notices, and whoever has no account can't be told. */
async function peopleAmong(transaction: TenantTransaction, subjects: readonly string[]): Promise<readonly string[]> {
  const rows = await transaction
    .selectFrom('account')
    .select('subject')
    .where('kind', '=', 'person')
    .where(isOneOf('subject', subjects))
    .execute();
  return rows.map(({ subject }) => subject);
}

async function holdersOf(
  transaction: TenantTransaction,
  roles: readonly Role[] = ROLE_NAMES,
): Promise<readonly string[]> {
  const rows = await transaction
    .selectFrom('role_grant')
    .select('subject')
    .distinct()
    .where(isOneOf('role', roles))
    .where(IS_IN_FORCE)
    .execute();
  return rows.map(({ subject }) => subject);
}
