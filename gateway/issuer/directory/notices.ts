/** What people are told of their logins and factors: the directory shows it to them and mails it. */
import type { Kysely } from 'kysely';
import type { Outbox } from '../sessions/outbox.ts';
import type { IssuerTables } from '../store/tables.ts';
import type { DirectoryMessage } from './directory-messages.ts';

export type FactorName = 'passkey' | 'authenticator app' | 'recovery codes';

export type NoticeContent =
  | { readonly kind: 'FACTOR_ADDED' | 'FACTOR_REMOVED'; readonly about: { readonly factor: FactorName } }
  | { readonly kind: 'LOGIN_FROM_NEW_DEVICE'; readonly about: { readonly device: string } };

export interface Notices {
  /** Adds it in the transaction of what it tells of; it is delivered after that. */
  add(within: Kysely<IssuerTables>, subject: string, content: NoticeContent): Promise<void>;
}

/** A mail of last week still matters to whoever didn't do it. */
const DAYS = 7;

export function createNotices(outbox: Pick<Outbox<DirectoryMessage>, 'add'>): Notices {
  return {
    async add(within, subject, { kind, about }) {
      const account = await within
        .selectFrom('account')
        .select('tenant')
        .where('subject', '=', subject)
        .executeTakeFirst();
      if (!account) return;
      const until = new Date(Date.now() + DAYS * 24 * 60 * 60 * 1000);
      await outbox.add(within, { path: '/notices', ...account, subject, body: { kind, about } }, until);
    },
  };
}
