import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@commonhold/platform/database/open.ts';
import { createKeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import { layOutClusters } from '@commonhold/test/embedded-cluster.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { type IssuerTables, MIGRATIONS } from '../store/tables.ts';
import { type Challenges, createChallenges } from './challenges.ts';

let folder: string;
let database: Kysely<IssuerTables>;
let challenges: Challenges;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'challenges-'));
  await layOutClusters(folder, ['issuer']);
  database = await openDatabase({ name: 'issuer', url: undefined, dataDirectory: folder, migrations: MIGRATIONS });
  challenges = createChallenges(database, createKeyedHash(new Uint8Array(32)));
});
afterAll(async () => {
  await database?.destroy();
  await rm(folder, { recursive: true, force: true });
});

describe('a challenge', () => {
  const issue = async (place: string) => Buffer.from(await challenges.issue(place)).toString('base64url');

  it('is good for fifteen minutes', async () => {
    const age = (minutes: number) =>
      sql`update passkey_challenge set expires_at = expires_at - make_interval(mins => ${minutes})`.execute(database);
    const one = await issue('login:1');
    await age(14);
    expect(await challenges.take('login:1', one)).toBe(true);
    const other = await issue('login:1');
    await age(15);
    expect(await challenges.take('login:1', other)).toBe(false);
  });

  it('is replaced by a newer one, and goes with the first answer, even a wrong one', async () => {
    const [first, second] = [await issue('login:2'), await issue('login:2')];
    expect(await challenges.take('login:2', first)).toBe(false);
    expect(await challenges.take('login:2', second)).toBe(false);
  });

  it('is for its own place alone', async () => {
    const challenge = await issue('login:3');
    expect(await challenges.take('login:4', challenge)).toBe(false);
    expect(await challenges.take('account:login:3', challenge)).toBe(false);
    expect(await challenges.take('login:3', challenge)).toBe(true);
  });
});
