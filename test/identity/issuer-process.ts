/** An issuer of its own for a test: a real process on a free port, with a data folder and master key that go with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserSession, openBrowserSession, type Visited } from '@commonhold/development/browser-session.ts';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { currentCode } from '@commonhold/development/persona-totp.ts';
import { personaPassword } from '@commonhold/development/personas.ts';
import { loadMasterKey, type MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import * as client from 'openid-client';
import { startProcess, type TestProcess } from '../processes.ts';

export interface TestIssuer {
  readonly url: string;
  readonly audience: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly masterKey: MasterKey;
  readonly process: TestProcess;
  /** Where the client `frontend` is sent back to. */
  readonly redirectUri: string;
  readonly logoutUri: string;
  /** Ends the process and starts another one on the same data. */
  restart(overrides?: NodeJS.ProcessEnv): Promise<TestIssuer>;
  stop(): Promise<void>;
}

export async function startIssuer(overrides: NodeJS.ProcessEnv = {}): Promise<TestIssuer> {
  const folder = await mkdtemp(join(tmpdir(), 'issuer-'));
  const port = await freePort();
  const environment: NodeJS.ProcessEnv = {
    PORT_BASE: '4000',
    ISSUER_PORT: String(port),
    DATA_DIR: join(folder, 'data'),
    MASTER_KEY_FILE: join(folder, 'master.key'),
    DEVELOPMENT_SEED: '1',
    DATABASE_URL: undefined,
    ...overrides,
  };
  await ensureMasterKey(environment);
  return start(folder, port, environment);
}

async function start(folder: string, port: number, environment: NodeJS.ProcessEnv): Promise<TestIssuer> {
  const running = await startProcess('gateway/issuer/main.ts', environment);
  return {
    url: `http://localhost:${port}`,
    audience: 'http://localhost:4000/graphql',
    environment,
    masterKey: await loadMasterKey(environment),
    process: running,
    redirectUri: 'http://localhost:4001/callback',
    logoutUri: 'http://localhost:4001',
    restart: async (overrides = {}) => {
      await running.stop();
      return start(folder, port, { ...environment, ...overrides });
    },
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a login has to know of an issuer. */
export type LoginIssuer = Pick<TestIssuer, 'url' | 'masterKey' | 'redirectUri' | 'logoutUri'>;

/** A login of a persona to the client `frontend`, step by step. */
export interface TestLogin {
  readonly browser: BrowserSession;
  readonly configuration: client.Configuration;
  /** Opens the authorization address, with further parameters. */
  open(parameters?: Readonly<Record<string, string>>): Promise<Visited>;
  sendPassword(page: Visited, email: string, password?: string): Promise<Visited>;
  sendCode(page: Visited, email: string, stepsAhead?: number): Promise<Visited>;
  /** Exchanges the code that the browser came back with. */
  exchange(callback: Visited): ReturnType<typeof client.authorizationCodeGrant>;
}

export async function beginLogin(issuer: LoginIssuer, session?: BrowserSession): Promise<TestLogin> {
  const configuration = await discover(issuer, 'frontend', client.None());
  const browser = session ?? openBrowserSession(issuer.logoutUri);
  const verifier = client.randomPKCECodeVerifier();
  const challenge = await client.calculatePKCECodeChallenge(verifier);
  return {
    browser,
    configuration,
    open: (parameters = {}) =>
      browser.open(
        client.buildAuthorizationUrl(configuration, {
          redirect_uri: issuer.redirectUri,
          scope: 'openid',
          code_challenge: challenge,
          code_challenge_method: 'S256',
          ...parameters,
        }).href,
      ),
    sendPassword: (page, email, password = personaPassword(issuer.masterKey, email)) =>
      browser.submit(page, '/password', { loginName: email, password }),
    sendCode: (page, email, stepsAhead = 0) =>
      browser.submit(page, '/totp', { code: currentCode(issuer.masterKey, email, stepsAhead) }),
    exchange: (callback) =>
      client.authorizationCodeGrant(configuration, new URL(callback.address), {
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      }),
  };
}

export function discover(
  issuer: Pick<TestIssuer, 'url'>,
  clientId: string,
  authentication: client.ClientAuth,
): Promise<client.Configuration> {
  return client.discovery(new URL(issuer.url), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
