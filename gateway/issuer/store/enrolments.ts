/**
 * What somebody will log in with who was let in by somebody else: by an invitation, a new account; after a loss, new
 * factors in place of all old ones.
 *
 * What they were let in by is used up last, within the transaction: it can't be used without effect, and nothing is there
 * that it wasn't used for.
 */
import type { Kysely, Transaction } from 'kysely';
import type { Notices } from '../directory/notices.ts';
import type { NewPasskey, StoredPasskeys } from '../passkeys/stored-passkeys.ts';
import type { AccountSecrets } from './account-secrets.ts';
import type { IssuerTables } from './tables.ts';

export type NewFactors =
  | { readonly kind: 'passkey'; readonly passkey: NewPasskey }
  | {
      readonly kind: 'password';
      readonly password: string;
      readonly totpSecret: Uint8Array;
      /** That of the code which confirmed the secret: it is used up. */
      readonly totpStep: number;
      readonly recoveryCodes: readonly string[];
    };

export interface Newcomer {
  readonly subject: string;
  /** Key of the company. */
  readonly tenant: string;
  readonly loginName: string;
  /** Who had that login name at the company, and was removed for good: their account goes, with all that is of it. */
  readonly inPlaceOf?: string | undefined;
}

/** Uses up what somebody was let in by. False: it isn't good any more. @throws {Error} when that can't be known */
export type UseUp = (transaction: Transaction<IssuerTables>) => Promise<boolean>;

export interface Enrolments {
  /** False when there is such an account, or a passkey is somebody's already, or `useUp` says so: nothing is changed. */
  createAccount(newcomer: Newcomer, factors: NewFactors, useUp: UseUp): Promise<boolean>;
  /** Puts new factors in place of all that an account of this company has. False as above: nothing is changed. */
  replaceFactors(owner: Pick<Newcomer, 'subject' | 'tenant'>, factors: NewFactors, useUp: UseUp): Promise<boolean>;
}

export interface EnrolmentsOptions {
  readonly database: Kysely<IssuerTables>;
  readonly secrets: AccountSecrets;
  readonly passkeys: StoredPasskeys;
  readonly notices: Notices;
}

export function createEnrolments({ database, secrets, passkeys, notices }: EnrolmentsOptions): Enrolments {
  return {
    async createAccount({ subject, tenant, loginName, inPlaceOf }, factors, useUp) {
      const sealed = await sealFactors(subject, factors);
      return allOrNothing(async (transaction) => {
        if (inPlaceOf !== undefined) await removeAccount(transaction, { tenant, loginName, subject: inPlaceOf });
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('account')
          .values({
            subject,
            login_name_hash: secrets.loginNameHash(loginName),
            tenant,
            ...sealed,
            is_seeded: false,
            created_at: new Date(),
          })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        return (await addFactors(transaction, subject, factors)) && useUp(transaction);
      });
    },

    async replaceFactors({ subject, tenant }, factors, useUp) {
      const sealed = await sealFactors(subject, factors);
      return allOrNothing(async (transaction) => {
        const account = await transaction
          .selectFrom('account')
          .select('totp_secret')
          .where('subject', '=', subject)
          .where('tenant', '=', tenant)
          .forUpdate()
          .executeTakeFirst();
        if (!account) return false;
        await removeFactors(transaction, subject, account.totp_secret !== null);
        await transaction.updateTable('account').set(sealed).where('subject', '=', subject).execute();
        return (await addFactors(transaction, subject, factors)) && useUp(transaction);
      });
    },
  };

  /** Only of that login name: whoever has it by now may be somebody else. */
  async function removeAccount(transaction: Transaction<IssuerTables>, { subject, tenant, loginName }: Newcomer) {
    await transaction
      .deleteFrom('account')
      .where('subject', '=', subject)
      .where('tenant', '=', tenant)
      .where('login_name_hash', '=', secrets.loginNameHash(loginName))
      .execute();
  }

  async function removeFactors(transaction: Transaction<IssuerTables>, subject: string, hadApp: boolean) {
    const passkeyRows = await transaction
      .deleteFrom('passkey')
      .where('subject', '=', subject)
      .returning('key')
      .execute();
    await transaction.deleteFrom('recovery_code').where('subject', '=', subject).execute();
    await transaction.deleteFrom('known_device').where('subject', '=', subject).execute();
    const removed = [
      ...passkeyRows.map(() => ({ factor: 'passkey' }) as const),
      ...(hadApp ? [{ factor: 'authenticator app' } as const] : []),
    ];
    for (const about of removed) await notices.add(transaction, subject, { kind: 'FACTOR_REMOVED', about });
  }

  async function sealFactors(subject: string, factors: NewFactors) {
    if (factors.kind === 'passkey') return { password: null, totp_secret: null, totp_last_step: null };
    return {
      password: await secrets.sealPassword(subject, factors.password),
      totp_secret: await secrets.sealTotpSecret(subject, factors.totpSecret),
      totp_last_step: factors.totpStep,
    };
  }

  /** What has rows of its own. */
  async function addFactors(transaction: Transaction<IssuerTables>, subject: string, factors: NewFactors) {
    if (factors.kind === 'passkey') return passkeys.add(subject, factors.passkey, 'My passkey', transaction);
    const codes = factors.recoveryCodes.map((code) => ({
      subject,
      code_hash: secrets.recoveryCodeHash(subject, code),
    }));
    await transaction.insertInto('recovery_code').values(codes).execute();
    await notices.add(transaction, subject, { kind: 'FACTOR_ADDED', about: { factor: 'authenticator app' } });
    return true;
  }

  async function allOrNothing(work: (transaction: Transaction<IssuerTables>) => Promise<boolean>): Promise<boolean> {
    try {
      return await database.transaction().execute(async (transaction) => {
        if (!(await work(transaction))) throw new Undone();
        return true;
      });
    } catch (error) {
      if (error instanceof Undone) return false;
      throw error;
    }
  }
}

/** Takes back what a transaction did. */
class Undone extends Error {}
