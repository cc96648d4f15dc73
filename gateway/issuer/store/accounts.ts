/** The accounts that can log in: who they are, and the secrets that they prove themselves by. */
import { randomBytes } from 'node:crypto';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { Kysely } from 'kysely';
import type { KeyedHash } from './keyed-hash.ts';
import { hashPassword, type PasswordCost, verifyPassword } from './passwords.ts';
import type { IssuerTables } from './tables.ts';

export interface NewAccount {
  readonly subject: string;
  readonly loginName: string;
  readonly tenant: string;
  readonly password: string;
  /** Undefined: the person enrols a factor on first login. */
  readonly totpSecret: Uint8Array | undefined;
  readonly isSeeded: boolean;
}

export interface Accounts {
  /** Adds an account unless its subject exists. */
  add(account: NewAccount): Promise<void>;
  /** The company of an account, undefined when there is no such account. */
  tenantOf(subject: string): Promise<string | undefined>;
  /** What guesses are counted under: the same for a login name whether or not it has an account. */
  key(loginName: string): string;
  /** Takes the same time for an unknown login name as for a wrong password. */
  verifyPassword(loginName: string, password: string): Promise<{ subject: string; hasFactor: boolean } | undefined>;
  totpSecret(subject: string): Promise<Uint8Array | undefined>;
  /** Takes a time step for used. False when it, or a later one, was used before. */
  useTotpStep(subject: string, step: number): Promise<boolean>;
  /** Sets the first factor of an account, with recovery codes. False when it has one by now. */
  enrol(subject: string, secret: Uint8Array, step: number, recoveryCodes: readonly string[]): Promise<boolean>;
  /** Uses a recovery code up. False when there is no such code. */
  useRecoveryCode(subject: string, code: string): Promise<boolean>;
  hasSeeded(): Promise<boolean>;
}

export interface AccountsOptions {
  readonly database: Kysely<IssuerTables>;
  readonly envelope: Envelope;
  readonly hash: KeyedHash;
  /** The same for all accounts: a login name without one has to take as long. */
  readonly cost: PasswordCost;
}

export async function createAccounts({ database, envelope, hash, cost }: AccountsOptions): Promise<Accounts> {
  const key = (loginName: string): string => hash(`login-name:${loginName.trim().normalize('NFKC').toLowerCase()}`);
  const recoveryHash = (subject: string, code: string): string => hash(`recovery-code:${subject}:${code}`);
  // What a login name without an account is checked against: the same work, and no password fits.
  const decoy = {
    subject: '',
    password: await envelope.seal(await hashPassword(randomBytes(32).toString('base64url'), cost), 'account.password:'),
  };

  return {
    key,

    async add(account) {
      const existing = await database
        .selectFrom('account')
        .select('subject')
        .where('subject', '=', account.subject)
        .executeTakeFirst();
      if (existing) return;
      const { subject, totpSecret } = account;
      await database
        .insertInto('account')
        .values({
          subject,
          login_name_hash: key(account.loginName),
          tenant: account.tenant,
          password: await envelope.seal(await hashPassword(account.password, cost), `account.password:${subject}`),
          totp_secret: totpSecret ? await sealTotpSecret(totpSecret, subject) : null,
          totp_last_step: null,
          is_seeded: account.isSeeded,
          created_at: new Date(),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async tenantOf(subject) {
      const row = await database
        .selectFrom('account')
        .select('tenant')
        .where('subject', '=', subject)
        .executeTakeFirst();
      return row?.tenant;
    },

    async verifyPassword(loginName, password) {
      const account = await database
        .selectFrom('account')
        .select(['subject', 'password', 'totp_secret'])
        .where('login_name_hash', '=', key(loginName))
        .executeTakeFirst();
      const { subject, password: sealed } = account ?? decoy;
      const matches = await verifyPassword(password, await envelope.open(sealed, `account.password:${subject}`));
      return account && matches ? { subject, hasFactor: account.totp_secret !== null } : undefined;
    },

    async totpSecret(subject) {
      const row = await database
        .selectFrom('account')
        .select('totp_secret')
        .where('subject', '=', subject)
        .executeTakeFirst();
      if (!row?.totp_secret) return undefined;
      return Buffer.from(await envelope.open(row.totp_secret, `account.totp_secret:${subject}`), 'base64url');
    },

    async useTotpStep(subject, step) {
      const { numUpdatedRows } = await database
        .updateTable('account')
        .set({ totp_last_step: step })
        .where('subject', '=', subject)
        .where((where) => where.or([where('totp_last_step', 'is', null), where('totp_last_step', '<', step)]))
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async enrol(subject, secret, step, recoveryCodes) {
      const sealed = await sealTotpSecret(secret, subject);
      return database.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('account')
          .set({ totp_secret: sealed, totp_last_step: step })
          .where('subject', '=', subject)
          .where('totp_secret', 'is', null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) return false;
        await transaction
          .insertInto('recovery_code')
          .values(recoveryCodes.map((code) => ({ subject, code_hash: recoveryHash(subject, code) })))
          .execute();
        return true;
      });
    },

    async useRecoveryCode(subject, code) {
      const { numDeletedRows } = await database
        .deleteFrom('recovery_code')
        .where('subject', '=', subject)
        .where('code_hash', '=', recoveryHash(subject, code))
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async hasSeeded() {
      const row = await database
        .selectFrom('account')
        .select('subject')
        .where('is_seeded', '=', true)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
  };

  function sealTotpSecret(secret: Uint8Array, subject: string): Promise<string> {
    return envelope.seal(Buffer.from(secret).toString('base64url'), `account.totp_secret:${subject}`);
  }
}
