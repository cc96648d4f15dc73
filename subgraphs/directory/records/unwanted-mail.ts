/** Which notices somebody gets by mail, too. Those of security come always. */
import { badUserInput } from '@commonhold/kit/errors.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { isNoticeKind, NOTICE_KINDS, type NoticeKind } from '../notices/kinds.ts';
import type { Actor } from './granting.ts';

export interface MailChoice {
  readonly kind: NoticeKind;
  /** Whether it can't be switched off. */
  readonly always: boolean;
  readonly on: boolean;
}

const KINDS = Object.keys(NOTICE_KINDS).filter(isNoticeKind);

export async function listMailChoices(transaction: TenantTransaction, subject: string): Promise<readonly MailChoice[]> {
  const rows = await transaction.selectFrom('unwanted_mail').select('kind').where('subject', '=', subject).execute();
  const unwanted = new Set(rows.map(({ kind }) => kind));
  return KINDS.map((kind) => {
    const always = NOTICE_KINDS[kind].mail === 'always';
    return { kind, always, on: always || !unwanted.has(kind) };
  });
}

/** @throws {GraphQLError} BAD_USER_INPUT for a kind that comes always */
export async function chooseMail(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  { kind, on }: Pick<MailChoice, 'kind' | 'on'>,
): Promise<void> {
  if (!on && NOTICE_KINDS[kind].mail === 'always') {
    throw badUserInput('input.kind', 'tells of your security: its mails cannot be switched off');
  }
  if (on) {
    await transaction.deleteFrom('unwanted_mail').where('subject', '=', subject).where('kind', '=', kind).execute();
    return;
  }
  await transaction
    .insertInto('unwanted_mail')
    .values({ tenant, subject, kind })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
