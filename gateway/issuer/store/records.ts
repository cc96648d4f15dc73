/**
 * Where oidc-provider keeps what it remembers.
 *
 * An id is hashed before it is stored, because an opaque token's id is the token. A payload is sealed for its row. What
 * may be used once is used once also when two requests come at the same moment: the database decides, not a read before
 * a write.
 */
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { Kysely } from 'kysely';
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';
import { forgetOldDevices } from '../sessions/devices.ts';
import type { KeyedHash } from './keyed-hash.ts';
import type { IssuerTables } from './tables.ts';

export interface RecordsOptions {
  readonly database: Kysely<IssuerTables>;
  readonly envelope: Envelope;
  readonly hash: KeyedHash;
  /** Called before a grant goes, with its keyed hash: whatever came of it has to end with it. */
  readonly onGrantEnd: (grantHash: string) => Promise<void>;
}

type Row = { readonly id_hash: string; readonly payload: string; readonly consumed_at: Date | null };

/** The adapter that `Configuration.adapter` asks for: one object per kind of record. */
export function createRecords(options: RecordsOptions): AdapterFactory {
  return (model) => createAdapter(model, options);
}

/** Deletes what has expired. @returns how many records. */
export async function deleteExpiredRecords(database: Kysely<IssuerTables>): Promise<number> {
  const now = new Date();
  const { numDeletedRows } = await database
    .deleteFrom('record')
    .where('expires_at', '<=', now)
    .executeTakeFirstOrThrow();
  await database.deleteFrom('browser_session').where('expires_at', '<=', now).execute();
  await database.deleteFrom('ended_login').where('until', '<=', now).execute();
  await database.deleteFrom('passkey_challenge').where('expires_at', '<=', now).execute();
  await forgetOldDevices(database);
  await database.deleteFrom('outbox').where('until', '<=', now).execute();
  return Number(numDeletedRows);
}

function createAdapter(model: string, { database, envelope, hash, onGrantEnd }: RecordsOptions): Adapter {
  const place = (idHash: string): string => `record.${model}:${idHash}`;

  const unseal = async (row: Row | undefined): Promise<AdapterPayload | undefined> => {
    if (!row) return undefined;
    const payload = JSON.parse(await envelope.open(row.payload, place(row.id_hash))) as AdapterPayload;
    return row.consumed_at ? { ...payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) } : payload;
  };

  const findBy = async (
    column: 'id_hash' | 'uid_hash' | 'user_code_hash',
    value: string,
  ): Promise<AdapterPayload | undefined> =>
    unseal(
      await database
        .selectFrom('record')
        .select(['id_hash', 'payload', 'consumed_at'])
        .where('model', '=', model)
        .where(column, '=', hash(value))
        .where('expires_at', '>', new Date())
        // A request that began before the end of a browser's session may save it once more.
        .$if(model === 'Session', (query) =>
          query.where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('ended_login')
                  .select('key')
                  .where('kind', '=', 'browser')
                  .whereRef('key', '=', 'record.uid_hash'),
              ),
            ),
          ),
        )
        .executeTakeFirst(),
    );

  return {
    async upsert(id, payload, expiresIn = 0) {
      const idHash = hash(id);
      const values = {
        payload: await envelope.seal(JSON.stringify(payload), place(idHash)),
        grant_hash: payload.grantId ? hash(payload.grantId) : null,
        uid_hash: payload.uid ? hash(payload.uid) : null,
        user_code_hash: payload.userCode ? hash(payload.userCode) : null,
        expires_at: new Date(Date.now() + expiresIn * 1000),
      };
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('record')
        .values({ model, id_hash: idHash, ...values })
        .onConflict((conflict) => {
          const update = conflict.columns(['model', 'id_hash']).doUpdateSet(values);
          return model === 'ReplayDetection' ? update.where('record.expires_at', '<=', new Date()) : update;
        })
        .executeTakeFirstOrThrow();
      if (model === 'ReplayDetection' && numInsertedOrUpdatedRows === 0n) {
        throw new errors.InvalidClientAuth('assertion or proof was used already');
      }
    },

    find: (id) => findBy('id_hash', id),
    findByUid: (uid) => findBy('uid_hash', uid),
    findByUserCode: (userCode) => findBy('user_code_hash', userCode),

    async consume(id) {
      const { numUpdatedRows } = await database
        .updateTable('record')
        .set({ consumed_at: new Date() })
        .where('model', '=', model)
        .where('id_hash', '=', hash(id))
        .where('consumed_at', 'is', null)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 1n) return;
      // Which of two that come at the same moment is the thief's can't be told.
      const used = await database
        .selectFrom('record')
        .select('grant_hash')
        .where('model', '=', model)
        .where('id_hash', '=', hash(id))
        .executeTakeFirst();
      if (used?.grant_hash) await onGrantEnd(used.grant_hash);
      throw new errors.InvalidGrant('used already');
    },

    async destroy(id) {
      if (model === 'Grant') await onGrantEnd(hash(id));
      await database.deleteFrom('record').where('model', '=', model).where('id_hash', '=', hash(id)).execute();
    },

    async revokeByGrantId(grantId) {
      await database.deleteFrom('record').where('model', '=', model).where('grant_hash', '=', hash(grantId)).execute();
    },
  };
}
