/** The accounts that can log in: who they are, and the secrets that they prove themselves by. */
import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Notices } from '../directory/notices.ts';
import type { AccountSecrets } from './account-secrets.ts';
import { verifyPassword } from './passwords.ts';
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

/** What an account with a password asks for after it; undefined: nothing was set up yet. */
export type SecondFactor = 'totp' | 'passkey';

export interface Accounts {
  /** Adds an account unless its subject exists. */
  add(account: NewAccount): Promise<void>;
  /** The company of an account, undefined when there is no such account. */
  tenantOf(subject: string): Promise<string | undefined>;
  /** Whose login name it is: at most one of each company. */
  holdersOf(loginName: string): Promise<readonly { readonly subject: string; readonly tenant: string }[]>;
  /** What guesses of a password are counted under: the same for a login name whether or not it has an account. */
  key(loginName: string): string;
  /**
   * What guesses are counted under once it is known whose they are. As `key`, unless another company has somebody of that
   * login name: who logs in by one account must not have guesses at the other forgotten.
   */
  keyOf(loginName: string, subject: string): Promise<string>;
  /**
   * Of several companies' people by that login name it is who has that password. Takes the same time for an unknown login
   * name as for a wrong password.
   */
  verifyPassword(
    loginName: string,
    password: string,
  ): Promise<{ subject: string; secondFactor: SecondFactor | undefined } | undefined>;
  /** Somebody of one company by their login name; never of another. */
  find(
    tenant: string,
    loginName: string,
  ): Promise<{ subject: string; secondFactor: SecondFactor | undefined } | undefined>;
  totpSecret(subject: string): Promise<Uint8Array | undefined>;
  /** Takes a time step for used. False when it, or a later one, was used before. */
  useTotpStep(subject: string, step: number): Promise<boolean>;
  /**
   * Sets the first factor of an account, with recovery codes. False when it has one by now, of whatever kind: a password
   * alone adds nothing beside a passkey.
   */
  enrol(subject: string, secret: Uint8Array, step: number, recoveryCodes: readonly string[]): Promise<boolean>;
  /** Uses a recovery code up. False when there is no such code. */
  useRecoveryCode(subject: string, code: string): Promise<boolean>;
  hasSeeded(): Promise<boolean>;
}

export async function createAccounts(
  database: Kysely<IssuerTables>,
  secrets: AccountSecrets,
  notices: Notices,
): Promise<Accounts> {
  const key = secrets.loginNameHash;
  // What a login name without an account is checked against: the same work, and no password fits.
  const decoy = { subject: '', password: await secrets.sealPassword('', randomBytes(32).toString('base64url')) };

  const holdersOf: Accounts['holdersOf'] = (loginName) =>
    database
      .selectFrom('account')
      .select(['subject', 'tenant'])
      .where('login_name_hash', '=', key(loginName))
      .execute();

  const matches = async (account: { readonly subject: string; readonly password: string }, password: string) =>
    verifyPassword(password, await secrets.openPassword(account.subject, account.password));

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
          password: await secrets.sealPassword(subject, account.password),
          totp_secret: totpSecret ? await secrets.sealTotpSecret(subject, totpSecret) : null,
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

    holdersOf,

    async keyOf(loginName, subject) {
      const holders = await holdersOf(loginName);
      return holders.some((holder) => holder.subject !== subject) ? `${key(loginName)}/${subject}` : key(loginName);
    },

    async verifyPassword(loginName, password) {
      const named = await database
        .selectFrom('account')
        .select(['subject', 'password', 'totp_secret', hasPasskey])
        .where('login_name_hash', '=', key(loginName))
        .orderBy('created_at')
        .execute();
      const withPassword = named.flatMap((account) =>
        account.password === null ? [] : [{ ...account, password: account.password }],
      );
      const matching: typeof withPassword = [];
      for (const account of withPassword) {
        if (await matches(account, password)) matching.push(account);
      }
      if (withPassword.length === 0) await matches(decoy, password);
      // Two people with one password: neither can be told from the other.
      const [account, ...others] = matching;
      return account && others.length === 0
        ? { subject: account.subject, secondFactor: secondFactorOf(account) }
        : undefined;
    },

    async find(tenant, loginName) {
      const row = await database
        .selectFrom('account')
        .select(['subject', 'totp_secret', hasPasskey])
        .where('login_name_hash', '=', key(loginName))
        .where('tenant', '=', tenant)
        .executeTakeFirst();
      return row && { subject: row.subject, secondFactor: secondFactorOf(row) };
    },

    async totpSecret(subject) {
      const row = await database
        .selectFrom('account')
        .select('totp_secret')
        .where('subject', '=', subject)
        .executeTakeFirst();
      return row?.totp_secret ? secrets.openTotpSecret(subject, row.totp_secret) : undefined;
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
      const sealed = await secrets.sealTotpSecret(subject, secret);
      return database.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('account')
          .set({ totp_secret: sealed, totp_last_step: step })
          .where('subject', '=', subject)
          .where('totp_secret', 'is', null)
          .where(sql<boolean>`not exists (select from passkey where passkey.subject = account.subject)`)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) return false;
        await transaction
          .insertInto('recovery_code')
          .values(recoveryCodes.map((code) => ({ subject, code_hash: secrets.recoveryCodeHash(subject, code) })))
          .execute();
        await notices.add(transaction, subject, { kind: 'FACTOR_ADDED', about: { factor: 'authenticator app' } });
        return true;
      });
    },

    async useRecoveryCode(subject, code) {
      const { numDeletedRows } = await database
        .deleteFrom('recovery_code')
        .where('subject', '=', subject)
        .where('code_hash', '=', secrets.recoveryCodeHash(subject, code))
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
}

const hasPasskey = sql<boolean>`exists (select from passkey where passkey.subject = account.subject)`.as('has_passkey');

function secondFactorOf(row: { totp_secret: string | null; has_passkey: boolean }): SecondFactor | undefined {
  if (row.totp_secret !== null) return 'totp';
  return row.has_passkey ? 'passkey' : undefined;
}
