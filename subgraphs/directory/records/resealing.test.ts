/** What lies sealed under an older generation of the master key is sealed anew, bit by bit, and nothing is lost. */
import { randomBytes } from 'node:crypto';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { HELD_KEY_COLUMN } from '@commonhold/platform/secrets/held-keys.ts';
import { type KeyRing, keyId } from '@commonhold/platform/secrets/key-ring.ts';
import { resealColumns } from '@commonhold/platform/secrets/resealing.ts';
import { DATABASES } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql, type Transaction } from 'kysely';
import { SEALED_COLUMNS } from '../database/sealed-columns.ts';
import type { Tables } from '../database/tables.ts';
import { createOwnerTransactions } from '../database/tenant-transaction.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';
import { resealAll } from './resealing.ts';
import { openColumn, personPlace } from './sealed-person.ts';

/** Thousands of rows, on a machine that may do other things as well. */
const PATIENCE = 240_000;

const FIRST = new Uint8Array(32).fill(7);
const SECOND = new Uint8Array(randomBytes(32));
const ringOf = (first: Uint8Array, ...others: readonly Uint8Array[]): KeyRing => ({
  keys: () => [{ id: keyId(first), key: first }, ...others.map((key) => ({ id: keyId(key), key }))],
});
const both = createEnvelope(ringOf(SECOND, FIRST));
const current = createEnvelope(ringOf(SECOND));

describe.each(DATABASES)('after a rotation, on %s', (_, provide) => {
  let started: StartedDirectory;
  beforeAll(async () => {
    started = await startDirectory(provide);
  }, PATIENCE);
  afterAll(() => started?.stop());

  const asOwner = () => createOwnerTransactions(started.database);
  const reseal = (signal = AbortSignal.timeout(PATIENCE)) => resealAll(started.database, asOwner(), both, signal);
  const northgate = tenantId('northgate');
  const people = () =>
    asOwner()(northgate, (transaction) =>
      transaction
        .selectFrom('person')
        .select(['tenant', 'key', 'sealed_name'])
        .where('tenant', '=', northgate)
        .orderBy('key')
        .execute(),
    );
  const outdated = async (): Promise<number> =>
    (await people()).filter(({ sealed_name }) => !sealed_name.startsWith(both.mark())).length;

  it('work that is stopped at once has left everything as it was', async () => {
    const before = await outdated();
    expect(before).toBeGreaterThan(10);
    await reseal(AbortSignal.abort());
    expect(await outdated()).toBe(before);
  });

  it(
    'everything is sealed anew but what cannot be opened, which hinders nothing and is counted',
    async () => {
      const [first, second, third] = await people();
      if (!first || !second || !third) throw new Error('too few people');
      const names = await Promise.all([first, second].map((row) => openColumn(both, row, 'name', row.sealed_name)));
      const foreign = await createEnvelope(randomBytes(32)).seal('lost', 'person.name:northgate:x');
      await asOwner()(northgate, (transaction) =>
        transaction
          .updateTable('person')
          .set({ sealed_name: foreign })
          .where('tenant', '=', northgate)
          .where('key', '=', third.key)
          .execute(),
      );
      expect(await reseal()).toBe(1);
      expect(await outdated()).toBe(1);
      const after = await people();
      const opened = after.slice(0, 2).map((row) => openColumn(current, row, 'name', row.sealed_name));
      expect(await Promise.all(opened)).toEqual(names);
    },
    PATIENCE,
  );

  it('what is sealed anew is not touched again', async () => {
    const before = await people();
    await reseal();
    expect(await people()).toEqual(before);
  });

  it('what a request writes meanwhile stays', async () => {
    const [person] = await people();
    if (!person) throw new Error('too few people');
    const place = personPlace('name', northgate, person.key);
    const write = (transaction: Transaction<Tables>, sealed: string) =>
      transaction
        .updateTable('person')
        .set({ sealed_name: sealed })
        .where('tenant', '=', northgate)
        .where('key', '=', person.key)
        .execute();
    const former = await createEnvelope(ringOf(FIRST)).seal('former', place);
    await asOwner()(northgate, (transaction) => write(transaction, former));
    const written = await current.seal('written meanwhile', place);
    const columns = SEALED_COLUMNS.filter(({ column }) => column === 'sealed_name');
    await asOwner()(northgate, async (transaction) => {
      const envelope = {
        ...both,
        open: async (sealed: string, at: string) => {
          if (at === place) await write(transaction, written);
          return both.open(sealed, at);
        },
      };
      const scope = { column: 'tenant', value: northgate };
      await resealColumns<Tables>(columns, envelope, (work) => work(transaction), AbortSignal.timeout(PATIENCE), scope);
    });
    expect((await people()).find(({ key }) => key === person.key)?.sealed_name).toBe(written);
  });

  it('no column that holds sealed texts is forgotten', async () => {
    const { rows } = await sql<{ readonly table_name: string; readonly column_name: string }>`
      select table_name, column_name from information_schema.columns
      where table_schema = 'directory' and column_name like '%sealed%'`.execute(started.database);
    const listed = [...SEALED_COLUMNS, HELD_KEY_COLUMN].map(({ table, column }) => `${table}.${column}`);
    expect(listed.toSorted()).toEqual(rows.map((row) => `${row.table_name}.${row.column_name}`).toSorted());
  });
});
