/** What people change of what they log in with, besides passkeys: the authenticator app, and the codes that stand in for it. */
import type { Kysely, Transaction } from 'kysely';
import type { Notices } from '../directory/notices.ts';
import type { ConfirmedApp } from '../login/new-app.ts';
import type { AccountSecrets } from './account-secrets.ts';
import type { IssuerTables } from './tables.ts';

export interface OwnFactors {
  /** Whether there is a password, and an app. */
  of(subject: string): Promise<{ readonly hasPassword: boolean; readonly hasApp: boolean }>;
  /**
   * Sets an app in place of any before, with new recovery codes.
   *
   * @param password for an account that has none: an app is asked for after it; otherwise it is left as it is
   */
  setApp(subject: string, app: ConfirmedApp, recoveryCodes: readonly string[], password: string): Promise<void>;
  /** Sets new recovery codes in place of all before. False when there is no app that they could stand in for. */
  setRecoveryCodes(subject: string, recoveryCodes: readonly string[]): Promise<boolean>;
}

export interface OwnFactorsOptions {
  readonly database: Kysely<IssuerTables>;
  readonly secrets: AccountSecrets;
  readonly notices: Notices;
}

export function createOwnFactors({ database, secrets, notices }: OwnFactorsOptions): OwnFactors {
  return {
    async of(subject) {
      const account = await read(database, subject);
      return { hasPassword: account.password !== null, hasApp: account.totp_secret !== null };
    },

    async setApp(subject, { secret, step }, recoveryCodes, password) {
      const sealed = await secrets.sealTotpSecret(subject, secret);
      const sealedPassword = await secrets.sealPassword(subject, password);
      await database.transaction().execute(async (transaction) => {
        const before = await lock(transaction, subject);
        await transaction
          .updateTable('account')
          .set({ totp_secret: sealed, totp_last_step: step, password: before.password ?? sealedPassword })
          .where('subject', '=', subject)
          .execute();
        await replaceCodes(transaction, subject, recoveryCodes);
        const about = { factor: 'authenticator app' } as const;
        if (before.totp_secret !== null) await notices.add(transaction, subject, { kind: 'FACTOR_REMOVED', about });
        await notices.add(transaction, subject, { kind: 'FACTOR_ADDED', about });
      });
    },

    setRecoveryCodes: (subject, recoveryCodes) =>
      database.transaction().execute(async (transaction) => {
        const { totp_secret } = await lock(transaction, subject);
        if (totp_secret === null) return false;
        await replaceCodes(transaction, subject, recoveryCodes);
        await notices.add(transaction, subject, { kind: 'FACTOR_ADDED', about: { factor: 'recovery codes' } });
        return true;
      }),
  };

  async function replaceCodes(transaction: Transaction<IssuerTables>, subject: string, codes: readonly string[]) {
    await transaction.deleteFrom('recovery_code').where('subject', '=', subject).execute();
    const rows = codes.map((code) => ({ subject, code_hash: secrets.recoveryCodeHash(subject, code) }));
    await transaction.insertInto('recovery_code').values(rows).execute();
  }
}

function read(database: Kysely<IssuerTables>, subject: string) {
  return selection(database, subject).executeTakeFirstOrThrow();
}

function lock(transaction: Transaction<IssuerTables>, subject: string) {
  return selection(transaction, subject).forUpdate().executeTakeFirstOrThrow();
}

function selection(database: Kysely<IssuerTables>, subject: string) {
  return database.selectFrom('account').select(['password', 'totp_secret']).where('subject', '=', subject);
}
