/**
 * Another company's OpenID provider for a test: Glewlwyd, Debian's, a real process with a database of its own. One person
 * is known there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

export interface Glewlwyd {
  /** Issuer identifier. */
  readonly issuer: string;
  /** What this product's issuer is called there. */
  readonly clientId: string;
  /** Adds somebody, or changes them. */
  put(person: GlewlwydPerson): Promise<void>;
  remove(username: string): Promise<void>;
  /** Logs the person in there, and lets the browser be sent back. @returns the address it is sent to */
  logIn(authorizationAddress: string, person: GlewlwydPerson): Promise<string>;
  stop(): Promise<void>;
}

export interface GlewlwydPerson {
  readonly username: string;
  readonly password: string;
}

const SCHEMA = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz';
const START_MILLISECONDS = 10_000;
const REQUEST_MILLISECONDS = 5_000;
const CLIENT_ID = 'commonhold';

/** @param keys what client assertions are signed with */
export async function startGlewlwyd(redirectUri: string, keys: readonly JWK[]): Promise<Glewlwyd> {
  const { DatabaseSync } = await import('node:sqlite');
  const folder = await mkdtemp(join(tmpdir(), 'glewlwyd-'));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const database = new DatabaseSync(join(folder, 'glewlwyd.db'));
  database.exec(gunzipSync(await readFile(SCHEMA)).toString());
  database.close();
  const configuration = await readFile('/etc/glewlwyd/glewlwyd.conf', 'utf8');
  const settings = configuration
    .replace(/^port=.*$/m, `port=${port}`)
    .replace(/^external_url=.*$/m, `external_url="${origin}"`)
    .replace(/^log_mode=.*$/m, 'log_mode="console"')
    .replace(/^@include.*$/m, `database = { type = "sqlite3"; path = "${join(folder, 'glewlwyd.db')}"; };`);
  await writeFile(join(folder, 'glewlwyd.conf'), settings);
  const server = spawn('glewlwyd', [`--config-file=${join(folder, 'glewlwyd.conf')}`], { stdio: 'ignore' });
  const ended = once(server, 'exit');
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const admin = openSession(origin);
  try {
    await untilReady(origin);
    await admin.send('POST', '/auth/', { username: 'admin', password: 'password' });
    await configure(admin, origin, redirectUri, keys);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    issuer: `${origin}/api/oidc`,
    clientId: CLIENT_ID,
    put: async ({ username, password }) => {
      const person = { username, name: username, password, enabled: true, scope: ['openid'] };
      await admin.send('DELETE', `/user/${username}`).catch(() => undefined);
      await admin.send('POST', '/user/', person);
    },
    remove: async (username) => {
      await admin.send('DELETE', `/user/${username}`);
    },
    logIn: async (address, { username, password }) => {
      const browser = openSession(origin);
      await browser.send('POST', '/auth/', { username, password });
      await browser.send('PUT', `/auth/grant/${CLIENT_ID}`, { scope: 'openid' });
      const { search } = new URL(address);
      const { location } = await browser.send('GET', `/oidc/auth${search}&g_continue`);
      return location ?? '';
    },
    stop,
  };
}

async function untilReady(origin: string): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${origin}/config`).catch(() => undefined);
    if (answer) return;
    await wait(50);
  }
  throw new Error('Glewlwyd did not start');
}

interface Session {
  send(method: string, path: string, body?: object): Promise<{ readonly location: string | undefined }>;
}

function openSession(origin: string): Session {
  let cookie = '';
  return {
    async send(method, path, body) {
      const response = await fetch(`${origin}/api${path}`, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(REQUEST_MILLISECONDS),
        headers: { 'content-type': 'application/json', cookie },
        ...(body && { body: JSON.stringify(body) }),
      });
      const cookies = response.headers.getSetCookie().map((set) => set.split(';')[0]);
      if (cookies.length > 0) cookie = cookies.join('; ');
      if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return { location: response.headers.get('location') ?? undefined };
    },
  };
}

async function configure(admin: Session, origin: string, redirectUri: string, keys: readonly JWK[]): Promise<void> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const signingKey = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const off = Object.fromEntries(
    ['token', 'id-token', 'none', 'password', 'client', 'device', 'refresh'].map((type) => [
      `auth-type-${type}-enabled`,
      false,
    ]),
  );
  await admin.send('POST', '/mod/plugin/', {
    module: 'oidc',
    name: 'oidc',
    display_name: 'OpenID Connect',
    parameters: {
      ...off,
      iss: `${origin}/api/oidc`,
      'jwks-private': JSON.stringify({ keys: [signingKey] }),
      'default-kid': 'one',
      'access-token-duration': 3600,
      'refresh-token-duration': 3600,
      'code-duration': 600,
      'auth-type-code-enabled': true,
      'jwks-show': true,
      'request-parameter-allow': true,
      'client-pubkey-parameter': '',
      'client-jwks-parameter': 'jwks',
      'client-jwks_uri-parameter': 'jwks_uri',
      'pkce-allowed': true,
      'pkce-method-plain-allowed': false,
      'subject-type': 'public',
      'oauth-as-iss-id': true,
      'allowed-scope': ['openid'],
      claims: [{ name: 'preferred_username', 'user-property': 'username', type: 'string', mandatory: true }],
    },
  });
  const property = { multiple: false, read: true, write: true };
  const several = { ...property, multiple: true };
  await admin.send('PUT', '/mod/client/database', {
    ...{ module: 'database', name: 'database', display_name: 'Clients', order_rank: 0, readonly: false },
    parameters: {
      'use-glewlwyd-connection': true,
      'data-format': {
        redirect_uri: several,
        authorization_type: several,
        token_endpoint_auth_method: several,
        jwks: { ...property, convert: 'jwks' },
      },
    },
  });
  await admin.send('PUT', '/scope/openid', {
    ...{ name: 'openid', display_name: 'OpenID', description: 'A login', scheme: {}, scheme_required: {} },
    ...{ password_required: true, password_max_age: 0 },
  });
  await admin.send('POST', '/client/', {
    client_id: CLIENT_ID,
    name: 'Commonhold',
    confidential: true,
    enabled: true,
    redirect_uri: [redirectUri],
    authorization_type: ['code'],
    token_endpoint_auth_method: ['private_key_jwt'],
    jwks: { keys },
    scope: [],
  });
}
