/** The passkeys of accounts. Nothing in the table tells which device or service they are of. */
import { randomUUID } from 'node:crypto';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Notices } from '../directory/notices.ts';
import type { KeyedHash } from '../store/keyed-hash.ts';
import type { IssuerTables } from '../store/tables.ts';
import { type Transport, transport } from './answers.ts';

/** A passkey that was made just now. */
export interface NewPasskey {
  /** base64url */
  readonly credentialId: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  readonly transports: readonly Transport[];
  readonly counter: number;
  readonly isSynced: boolean;
}

export interface Passkey extends NewPasskey {
  /** What forms name it by. */
  readonly key: string;
  readonly subject: string;
  /** What its owner calls it. */
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
}

export interface StoredPasskeys {
  find(credentialId: string): Promise<Passkey | undefined>;
  /** Those of an account, the oldest first. */
  of(subject: string): Promise<readonly Passkey[]>;
  /**
   * Notes that it was used. False when its counter was there before, or it was removed: of two uses at the same moment
   * with the same counter one is a copy's.
   */
  use(key: string, counter: number): Promise<boolean>;
  /** False when the credential is somebody's already. @param within the transaction that it belongs to */
  add(subject: string, passkey: NewPasskey, name: string, within?: Kysely<IssuerTables>): Promise<boolean>;
  /** The first factor of an account. False when it has one by now, of whatever kind. */
  addFirst(subject: string, passkey: NewPasskey, name: string): Promise<boolean>;
  rename(subject: string, key: string, name: string): Promise<void>;
  /** False when it isn't one of theirs, or the last that the account can log in with. */
  remove(subject: string, key: string): Promise<boolean>;
}

export const MOST_NAME_CHARACTERS = 60;

const secret = z.object({
  credentialId: z.string(),
  publicKey: z.string(),
  transports: z.array(transport),
  name: z.string(),
});

export interface StoredPasskeysOptions {
  readonly database: Kysely<IssuerTables>;
  readonly envelope: Envelope;
  readonly hash: KeyedHash;
  readonly notices: Notices;
}

export function createStoredPasskeys({ database, envelope, hash, notices }: StoredPasskeysOptions): StoredPasskeys {
  const credentialHash = (id: string): string => hash(`passkey:${id}`);
  const place = (key: string): string => `passkey:${key}`;

  const open = async (row: Row): Promise<Passkey> => ({
    ...secret.parse(JSON.parse(await envelope.open(row.sealed, place(row.key)))),
    key: row.key,
    subject: row.subject,
    counter: Number(row.counter),
    isSynced: row.is_synced,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  });

  const add: StoredPasskeys['add'] = async (subject, passkey, name, within) => {
    if (!within) return database.transaction().execute((transaction) => add(subject, passkey, name, transaction));
    const { counter, isSynced, ...rest } = passkey;
    const key = randomUUID();
    const { numInsertedOrUpdatedRows } = await within
      .insertInto('passkey')
      .values({
        key,
        subject,
        credential_hash: credentialHash(rest.credentialId),
        sealed: await envelope.seal(JSON.stringify({ ...rest, name }), place(key)),
        counter,
        is_synced: isSynced,
        created_at: new Date(),
        last_used_at: null,
      })
      .onConflict((conflict) => conflict.column('credential_hash').doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) return false;
    await notices.add(within, subject, { kind: 'FACTOR_ADDED', about: { factor: 'passkey' } });
    return true;
  };

  return {
    add,

    async find(credentialId) {
      const row = await database
        .selectFrom('passkey')
        .selectAll()
        .where('credential_hash', '=', credentialHash(credentialId))
        .executeTakeFirst();
      return row && open(row);
    },

    async of(subject) {
      const rows = await database
        .selectFrom('passkey')
        .selectAll()
        .where('subject', '=', subject)
        .orderBy('created_at')
        .execute();
      return Promise.all(rows.map(open));
    },

    async use(key, counter) {
      const { numUpdatedRows } = await database
        .updateTable('passkey')
        .set({ counter, last_used_at: new Date() })
        .where('key', '=', key)
        // Authenticators that don't count say 0 each time.
        .where((where) =>
          where.or([where('counter', '<', counter), where.and([where('counter', '=', 0), where.val(counter === 0)])]),
        )
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    addFirst: (subject, passkey, name) =>
      database.transaction().execute(async (transaction) => {
        const { hasCode, passkeys } = await lockFactors(transaction, subject);
        return !hasCode && passkeys === 0 && add(subject, passkey, name, transaction);
      }),

    async rename(subject, key, name) {
      await database.transaction().execute(async (transaction) => {
        const row = await transaction
          .selectFrom('passkey')
          .selectAll()
          .where('subject', '=', subject)
          .where('key', '=', key)
          .forUpdate()
          .executeTakeFirst();
        if (!row) return;
        const { credentialId, publicKey, transports } = await open(row);
        const sealed = await envelope.seal(JSON.stringify({ credentialId, publicKey, transports, name }), place(key));
        await transaction.updateTable('passkey').set({ sealed }).where('key', '=', key).execute();
      });
    },

    remove: (subject, key) =>
      database.transaction().execute(async (transaction) => {
        const { hasPassword, hasCode, passkeys } = await lockFactors(transaction, subject);
        if (passkeys < 2 && !(hasPassword && hasCode)) return false;
        const { numDeletedRows } = await transaction
          .deleteFrom('passkey')
          .where('subject', '=', subject)
          .where('key', '=', key)
          .executeTakeFirstOrThrow();
        if (numDeletedRows !== 1n) return false;
        await notices.add(transaction, subject, { kind: 'FACTOR_REMOVED', about: { factor: 'passkey' } });
        return true;
      }),
  };
}

/** What an account can log in with. Who changes it at the same moment waits, so that each sees what the other did. */
async function lockFactors(transaction: Transaction<IssuerTables>, subject: string) {
  const account = await transaction
    .selectFrom('account')
    .select(['password', 'totp_secret'])
    .where('subject', '=', subject)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const passkeys = await transaction.selectFrom('passkey').select('key').where('subject', '=', subject).execute();
  return {
    hasPassword: account.password !== null,
    hasCode: account.totp_secret !== null,
    passkeys: passkeys.length,
  };
}

type Row = {
  readonly key: string;
  readonly subject: string;
  readonly sealed: string;
  readonly counter: string | number;
  readonly is_synced: boolean;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
};
