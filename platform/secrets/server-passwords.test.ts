/** A changed password of a server is taken up without a restart: what is connected anew comes with the new one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { Client } from 'pg';
import { createClient } from 'redis';
import { startPostgres, type TestPostgres } from '../../test/postgres.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';
import { openDatabase } from '../database/open.ts';
import { openReplayMemory, type ReplayMemory } from '../replay/replay-memory.ts';
import { openSignals, type Signals } from '../signals/signals.ts';
import { openSecrets, type Secrets } from './secrets.ts';
import { followServers } from './server-passwords.ts';

/** With what an address has to encode. */
const [FIRST, SECOND] = ['first /@?', 'second :#%'];

let folder: string;
let file: string;
let secrets: Secrets;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passwords-'));
  file = join(folder, 'password');
  await writeFile(file, FIRST, { mode: 0o600 });
});
afterEach(async () => {
  secrets?.close();
  await rm(folder, { recursive: true });
});

const follow = async (environment: NodeJS.ProcessEnv) => {
  secrets = await openSecrets({ ...environment, SECRETS_POLL_SECONDS: '1' });
  return followServers(environment, secrets);
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error('it does not come to pass');
    await wait(50);
  }
}

describe('of PostgreSQL', () => {
  let postgres: TestPostgres;
  let superuser: Client;
  let database: Kysely<unknown>;
  let signals: Signals;
  beforeAll(async () => {
    postgres = await startPostgres();
    superuser = new Client({ connectionString: postgres.superuserUrl });
    await superuser.connect();
    postgres.requirePasswords();
  }, 60_000);
  afterAll(async () => {
    await Promise.all([database?.destroy(), signals?.close(), superuser?.end()]);
    await postgres?.stop();
  });

  const setPassword = (password: string) =>
    superuser.query(`alter role commonhold password ${superuser.escapeLiteral(password)}`);
  const isTaken = async (password: string): Promise<boolean> => {
    const address = new URL(postgres.url);
    address.password = encodeURIComponent(password);
    const client = new Client({ connectionString: address.href });
    const taken = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end();
    return taken;
  };

  it('is taken up by queries and by who listens', async () => {
    await setPassword(FIRST);
    await until(async () => !(await isTaken(SECOND)) && isTaken(FIRST));
    const servers = await follow({ DATABASE_URL: postgres.url, DATABASE_PASSWORD_FILE: file });
    let received = 0;
    database = await openDatabase({ name: 'passwords', url: servers.database, dataDirectory: '', migrations: {} });
    signals = await openSignals({ name: 'passwords', redisUrl: undefined, databaseUrl: servers.database }, () => {
      received += 1;
    });
    const ask = async () => (await sql`select 1`.execute(database)).rows.length === 1;
    await until(async () => received > 0 && ask());

    await setPassword(SECOND);
    await writeFile(file, SECOND);
    const before = received;
    await superuser.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'commonhold'`);
    expect(await isTaken(FIRST)).toBe(false);
    await until(async () => received > before && ask());
  }, 60_000);

  it('may be known here before the server takes it, when the one before lies beside it', async () => {
    await setPassword(FIRST);
    await writeFile(`${file}.previous`, FIRST, { mode: 0o600 });
    await writeFile(file, SECOND);
    await until(async () => !(await isTaken(SECOND)));
    const servers = await follow({ DATABASE_URL: postgres.url, DATABASE_PASSWORD_FILE: file });
    let received = 0;
    const early = await openDatabase({ name: 'early', url: servers.database, dataDirectory: '', migrations: {} });
    const heard = await openSignals({ name: 'early', redisUrl: undefined, databaseUrl: servers.database }, () => {
      received += 1;
    });
    try {
      await until(async () => received > 0);
      expect((await sql`select 1`.execute(early)).rows).toHaveLength(1);

      await setPassword(SECOND);
      const before = received;
      await superuser.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'commonhold'`);
      await until(async () => received > before && (await sql`select 1`.execute(early)).rows.length === 1);
    } finally {
      await Promise.all([early.destroy(), heard.close()]);
    }
  }, 60_000);
});

describe('of Redis', () => {
  let redis: TestRedis;
  let memory: ReplayMemory;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await memory?.close();
    await redis?.stop();
  });

  const operator = (password?: string) =>
    createClient({ url: redis.url, ...(password !== undefined && { password }) }).connect();

  it('is taken up when it is connected to anew', async () => {
    const first = await operator();
    await first.configSet('requirepass', FIRST);
    const servers = await follow({ REDIS_URL: redis.url, REDIS_PASSWORD_FILE: file });
    memory = await openReplayMemory({ name: 'passwords', redisUrl: servers.redis, databaseUrl: undefined });
    await until(async () => memory.isFirstUse('one', 60_000));

    await first.configSet('requirepass', SECOND);
    await writeFile(file, SECOND);
    await expect(operator(FIRST)).rejects.toThrow('WRONGPASS');
    await first.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
    await until(async () => memory.isFirstUse('two', 60_000));
    expect(await memory.isFirstUse('one', 60_000)).toBe(false);
    first.destroy();
  }, 60_000);

  it('may be known here before the server takes it, when the one before lies beside it', async () => {
    await writeFile(`${file}.previous`, SECOND, { mode: 0o600 });
    const servers = await follow({ REDIS_URL: redis.url, REDIS_PASSWORD_FILE: file });
    const early = await openReplayMemory({ name: 'early', redisUrl: servers.redis, databaseUrl: undefined });
    await until(async () => early.isFirstUse('three', 60_000)).finally(() => early.close());
  }, 60_000);
});
