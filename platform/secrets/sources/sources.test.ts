/** Each source of secrets: what it reads, and what it refuses without ever telling a value. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { chooseSource } from '../choose-source.ts';
import { loadMasterKey } from '../master-key.ts';
import { openSecrets } from '../secrets.ts';
import { addressesNow, followServers } from '../server-passwords.ts';

const SECRET = `canary-${randomBytes(12).toString('hex')}`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What is refused is refused in one sentence, which holds no secret. */
const refusal = async (attempt: Promise<unknown>): Promise<string> => {
  const error: unknown = await attempt.then(
    () => new Error('not refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'StartupError' });
  const text = error instanceof Error ? error.message : '';
  expect(text).not.toContain(SECRET);
  return text;
};

describe('files that are mounted', () => {
  const files = () => join(folder, 'run');
  const put = async (name: string, value: string, mode = 0o400): Promise<void> => {
    await mkdir(files(), { recursive: true, mode: 0o700 });
    await writeFile(join(files(), name), value, { mode });
  };
  const read = async (name: 'mail-password' = 'mail-password') =>
    (await chooseSource({ SECRETS: `file:${files()}` })).read(name);

  it('are read, with the one before and when each was made', async () => {
    await put('mail-password', `${SECRET}\n`);
    await put('mail-password.previous', 'before');
    await utimes(join(files(), 'mail-password.previous'), 1_000, 1_000);
    const [current, previous] = (await read()) ?? [];
    expect([current?.value, previous?.value, previous?.madeAt.getTime()]).toEqual([SECRET, 'before', 1_000_000]);
    expect(Date.now() - Number(current?.madeAt)).toBeLessThan(60_000);
  });

  it('may be links within the folder, as Kubernetes makes them', async () => {
    await mkdir(join(files(), '..2026'), { recursive: true, mode: 0o700 });
    await writeFile(join(files(), '..2026', 'mail-password'), SECRET, { mode: 0o400 });
    await symlink('..2026', join(files(), '..data'));
    await symlink('..data/mail-password', join(files(), 'mail-password'));
    expect((await read())?.[0].value).toBe(SECRET);
  });

  it('are none where there is none, and no source where there is no folder', async () => {
    await put('other', SECRET);
    expect(await read()).toBeUndefined();
    expect(await refusal(chooseSource({ SECRETS: `file:${folder}/nowhere` }))).toMatch('is missing');
  });

  it.each([0o440, 0o404, 0o644, 0o620])('are refused when others may do anything with them: %o', async (mode) => {
    await put('mail-password', SECRET);
    await chmod(join(files(), 'mail-password'), mode);
    expect(await refusal(read())).toBe(
      'The file of the secret mail-password can be read by others: set its mode to 0600 or 0400.',
    );
  });

  it('are refused when they lie elsewhere, are too large, are no files, or others may change the folder', async () => {
    await put('other', SECRET);
    await writeFile(join(folder, 'outside'), SECRET, { mode: 0o400 });
    await symlink('../outside', join(files(), 'mail-password'));
    expect(await refusal(read())).toMatch('is a link out of its folder');
    await unlink(join(files(), 'mail-password'));
    await put('mail-password', SECRET.repeat(3_000));
    expect(await refusal(read())).toMatch('is too large');
    await unlink(join(files(), 'mail-password'));
    await mkdir(join(files(), 'mail-password'), { mode: 0o700 });
    expect(await refusal(read())).toMatch('is not a file');
    await rm(join(files(), 'mail-password'), { recursive: true });
    await put('mail-password', SECRET);
    await chmod(files(), 0o777);
    expect(await refusal(read())).toMatch('Others may change the folder of secrets');
  });
});

describe('a file of age', () => {
  const write = async (contents: unknown, identity?: string): Promise<NodeJS.ProcessEnv> => {
    const own = identity ?? (await generateX25519Identity());
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(own));
    const [file, identityFile] = [join(folder, 'secrets.age'), join(folder, 'identity')];
    await writeFile(file, await encrypter.encrypt(JSON.stringify(contents)), { mode: 0o600 });
    await rm(identityFile, { force: true });
    await writeFile(identityFile, `# created: today\n${own}\n`, { mode: 0o600 });
    return { SECRETS: `age:${file}`, SECRETS_IDENTITY_FILE: identityFile };
  };
  const madeAt = '2026-11-24T09:00:00Z';

  it('holds them all, with the ones before', async () => {
    const environment = await write({
      'mail-password': [
        { value: SECRET, madeAt },
        { value: 'before', madeAt },
      ],
    });
    const source = await chooseSource(environment);
    const both = [SECRET, 'before'].map((value) => ({ value, madeAt: new Date(madeAt) }));
    expect(await source.read('mail-password')).toEqual(both);
    expect(await source.read('redis-password')).toBeUndefined();
    expect((await readFile(join(folder, 'secrets.age'))).includes(SECRET)).toBe(false);
  });

  it('is refused when it is for somebody else, of another form, open to others, or without an identity', async () => {
    const environment = await write({ 'mail-password': [{ value: SECRET, madeAt }] });
    const other = join(folder, 'other');
    await writeFile(other, await generateX25519Identity(), { mode: 0o600 });
    expect(await refusal(chooseSource({ ...environment, SECRETS_IDENTITY_FILE: other }))).toMatch(
      'not for this identity',
    );
    expect(await refusal(chooseSource({ SECRETS: environment['SECRETS'] }))).toMatch('SECRETS_IDENTITY_FILE');
    expect(await refusal(chooseSource(await write({ 'mail-password': SECRET })))).toMatch(
      'does not hold what it should',
    );
    await chmod(join(folder, 'identity'), 0o644);
    expect(await refusal(chooseSource(environment))).toMatch('SECRETS_IDENTITY_FILE can be read by others');
  });
});

/**
 * A stand-in for the server, which can't run here: it answers as the HTTP API's documentation of KV version 2, AppRole
 * and tokens gives the answers (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2, /auth/approle, /auth/token).
 */
describe('Vault, as its documentation has it', () => {
  const state = { isSealed: false, isSlow: false, token: 'hvs.first', ttl: 3_600, calls: [] as string[] };
  const versions = [`before-${SECRET}`, SECRET];
  const answers: Readonly<Record<string, () => [number, unknown]>> = {
    'POST /v1/auth/approle/login': () => {
      state.token = `hvs.${state.calls.length}`;
      return [
        200,
        { request_id: 'r', auth: { client_token: state.token, lease_duration: state.ttl, renewable: true } },
      ];
    },
    'GET /v1/auth/token/lookup-self': () => [200, { data: { ttl: state.ttl, renewable: true, policies: ['default'] } }],
    'POST /v1/auth/token/renew-self': () => [
      200,
      { auth: { client_token: state.token, lease_duration: state.ttl, renewable: true } },
    ],
    'GET /v1/secret/data/commonhold/mail-password': () => version(2),
    'GET /v1/secret/data/commonhold/mail-password?version=1': () => version(1),
    'GET /v1/secret/data/commonhold/master-key': () => [
      404,
      // A version that was deleted.
      { data: { data: null, metadata: { created_time: '2026-11-01T00:00:00Z', deletion_time: '…', version: 1 } } },
    ],
  };
  const version = (which: number): [number, unknown] => [
    200,
    {
      request_id: 'r',
      lease_id: '',
      renewable: false,
      data: {
        data: { value: versions[which - 1] },
        metadata: {
          created_time: `2026-11-0${which}T02:31:43.986212308Z`,
          custom_metadata: null,
          deletion_time: '',
          destroyed: false,
          version: which,
        },
      },
    },
  ];
  const server = createServer((request, response) => {
    const call = `${request.method} ${request.url}`;
    state.calls.push(call);
    const isLogin = call.endsWith('/login');
    const isKnown = isLogin || request.headers['x-vault-token'] === state.token;
    const [status, body] = state.isSealed
      ? [503, { errors: [`Vault is sealed ${SECRET}`] }]
      : isKnown
        ? (answers[call]?.() ?? [404, { errors: [] }])
        : [403, { errors: [`permission denied ${SECRET}`] }];
    if (state.isSlow) return;
    request
      .resume()
      .once('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  const environmentWith = async (login: 'token' | 'approle'): Promise<NodeJS.ProcessEnv> => {
    const { port } = server.address() as AddressInfo;
    const file = join(folder, 'login');
    await writeFile(file, login === 'token' ? state.token : 'secret-id', { mode: 0o600 });
    return {
      SECRETS: `vault:http://localhost:${port}/v1/secret/data/commonhold`,
      ...(login === 'token' ? { VAULT_TOKEN_FILE: file } : { VAULT_ROLE_ID: 'role', VAULT_SECRET_ID_FILE: file }),
    };
  };
  const open = async (login: 'token' | 'approle' = 'token') => {
    const source = await chooseSource(await environmentWith(login));
    opened.push(source);
    return source;
  };
  const opened: { close?(): void }[] = [];

  beforeEach(async () => {
    Object.assign(state, { isSealed: false, isSlow: false, token: 'hvs.first', ttl: 3_600, calls: [] });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  });
  afterEach(async () => {
    for (const source of opened.splice(0)) source.close?.();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(['token', 'approle'] as const)('gives the newest version and the one before, by %s', async (login) => {
    expect(await (await open(login)).read('mail-password')).toEqual([
      { value: SECRET, madeAt: new Date('2026-11-02T02:31:43.986Z') },
      { value: `before-${SECRET}`, madeAt: new Date('2026-11-01T02:31:43.986Z') },
    ]);
  });

  it('has no secret where a path was never written, or its version was deleted', async () => {
    const source = await open();
    expect([await source.read('redis-password'), await source.read('master-key')]).toEqual([undefined, undefined]);
  });

  it('is logged in to again when the token is not taken any more, and given up when that does not help', async () => {
    const byRole = await open('approle');
    state.token = 'hvs.another';
    expect((await byRole.read('mail-password'))?.[0].value).toBe(SECRET);
    const byToken = await open();
    state.token = 'hvs.yet-another';
    expect(await refusal(byToken.read('mail-password'))).toMatch('Vault refuses the secret mail-password');
  });

  it('has its token renewed before it ends', async () => {
    state.ttl = 1;
    await open('approle');
    const deadline = Date.now() + 5_000;
    while (!state.calls.includes('POST /v1/auth/token/renew-self') && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(state.calls).toContain('POST /v1/auth/token/renew-self');
  });

  it('is said to be sealed, or not to answer in time, in words of our own', async () => {
    const source = await open();
    state.isSealed = true;
    expect(await refusal(source.read('mail-password'))).toMatch('Vault is sealed, asked for the secret mail-password');
    state.isSealed = false;
    state.isSlow = true;
    const started = performance.now();
    expect(await refusal(source.read('mail-password'))).toMatch("Vault doesn't answer");
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('is asked by TLS alone, but on this machine in development', async () => {
    const environment = { ...(await environmentWith('token')), NODE_ENV: 'production' };
    expect(await refusal(chooseSource(environment))).toBe('SECRETS names Vault without TLS: use https.');
    const elsewhere = { ...environment, NODE_ENV: '', SECRETS: 'vault:http://vault.example/v1/secret/data/x' };
    expect(await refusal(chooseSource(elsewhere))).toBe('SECRETS names Vault without TLS: use https.');
  });
});

describe('the secrets of a process', () => {
  const until = async (isTrue: () => boolean): Promise<void> => {
    const deadline = Date.now() + 10_000;
    while (!isTrue() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isTrue()).toBe(true);
  };
  const put = async (file: string, value: string): Promise<void> => {
    await writeFile(`${file}.new`, value, { mode: 0o600 });
    await rename(`${file}.new`, file);
  };

  it('are followed; what cannot be read, or is not taken, leaves the good one in use and is counted', async () => {
    const file = join(folder, 'mail');
    await put(file, 'first');
    const secrets = await openSecrets({ SMTP_PASSWORD_FILE: file, SECRETS_POLL_SECONDS: '1' });
    try {
      const password = await secrets.require('mail-password', 'make it');
      password.onChange(() => {
        if (password.current().value === 'bad') throw new Error(SECRET);
      });
      await put(file, 'second');
      await put(`${file}.previous`, 'first');
      await until(() => password.generations().length === 2);
      expect(password.generations().map((generation) => generation?.value)).toEqual(['second', 'first']);
      await put(file, 'bad');
      await until(() => secrets.failures() > 0);
      expect(password.current().value).toBe('second');
      await rm(file);
      const failures = secrets.failures();
      await until(() => secrets.failures() > failures);
      expect(password.current().value).toBe('second');
    } finally {
      secrets.close();
    }
  });

  it('are missed by name, until they are there', async () => {
    const file = join(folder, 'mail');
    const secrets = await openSecrets({ SMTP_PASSWORD_FILE: file });
    expect(await refusal(secrets.require('mail-password', 'make it'))).toBe(
      'The secret mail-password is missing: make it.',
    );
    await put(file, 'made');
    expect((await secrets.require('mail-password', 'make it')).current().value).toBe('made');
    secrets.close();
  });

  it('hold the passwords of servers, which in production stand in no address', async () => {
    const file = join(folder, 'database');
    await put(file, `${SECRET}/@`);
    const environment = {
      DATABASE_URL: 'postgres://commonhold@db.example/commonhold?sslmode=verify-full',
      DATABASE_PASSWORD_FILE: file,
      REDIS_URL: 'rediss://redis.example',
      NODE_ENV: 'production',
    };
    const secrets = await openSecrets(environment);
    const { database, redis } = await followServers(environment, secrets);
    expect(addressesNow(database ?? '')).toEqual([
      `postgres://commonhold:${SECRET}%2F%40@db.example/commonhold?sslmode=verify-full`,
    ]);
    expect(redis).toBe('rediss://redis.example');
    const open = { ...environment, REDIS_URL: `rediss://:${SECRET}@redis.example` };
    expect(await refusal(followServers(open, secrets))).toBe(
      'REDIS_URL holds a password: take it out, and keep it as the secret redis-password.',
    );
    secrets.close();
  });

  it('are refused in a source that there is not', async () => {
    expect(await refusal(openSecrets({ SECRETS: 'https://vault.example' }))).toMatch('SECRETS is not valid');
    expect(await refusal(loadMasterKey({ SECRETS: `file:${folder}` }))).toMatch('The secret master-key is missing');
  });
});
