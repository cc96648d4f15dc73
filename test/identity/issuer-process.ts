/**
 * An issuer of its own for a test: a real process on a free port, with a data folder and master key that go with it, and
 * a directory that says what the test lets it say.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserSession, openBrowserSession, type Visited } from '@commonhold/development/browser-session.ts';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { provingBy } from '@commonhold/development/obtain-token.ts';
import { currentCode } from '@commonhold/development/persona-totp.ts';
import { personaPassword } from '@commonhold/development/personas.ts';
import { ensurePki, ensureServicesPki } from '@commonhold/development/pki.ts';
import { makeProofKey, type ProofKey } from '@commonhold/development/proof-key.ts';
import { servicesTlsDirectory } from '@commonhold/development/service-certificate.ts';
import { type StubDirectory, startStubDirectory } from '@commonhold/gateway/testing/directory.ts';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { loadMasterKey, type MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import * as client from 'openid-client';
import { layOutClusters } from '../embedded-cluster.ts';
import { startProcess, type TestProcess } from '../processes.ts';
import { layOut } from '../templates.ts';

export interface TestIssuer {
  readonly url: string;
  /** Where services come with a certificate. */
  readonly servicesUrl: string;
  readonly audience: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly masterKey: MasterKey;
  readonly process: TestProcess;
  /** What it asks and tells. */
  readonly directory: StubDirectory;
  /** Where the client `frontend` is sent back to. */
  readonly redirectUri: string;
  readonly logoutUri: string;
  /** Ends the process and starts another one on the same data. */
  restart(overrides?: NodeJS.ProcessEnv): Promise<TestIssuer>;
  stop(): Promise<void>;
}

/** One that has been started before, with the sample accounts in its store. */
export function startIssuer(overrides: NodeJS.ProcessEnv = {}): Promise<TestIssuer> {
  return startIn((folder) => layOut('issuer', folder, startOnce), overrides);
}

/** On an empty store. */
export function startNewIssuer(overrides: NodeJS.ProcessEnv = {}): Promise<TestIssuer> {
  return startIn(prepareFolder, overrides);
}

async function startOnce(folder: string): Promise<void> {
  await prepareFolder(folder);
  const { process, directory } = await startOn(folder, {});
  await process.stop();
  await directory.stop();
}

async function prepareFolder(folder: string): Promise<void> {
  const { DATA_DIR, ...files } = filesIn(folder);
  await layOutClusters(DATA_DIR, ['issuer']);
  await ensureMasterKey(files);
  const masterKey = await loadMasterKey(files);
  await ensurePki(join(DATA_DIR, 'tls'), masterKey);
  await ensureServicesPki(servicesTlsDirectory(DATA_DIR), masterKey);
}

function filesIn(folder: string) {
  return { DATA_DIR: join(folder, 'data'), MASTER_KEY_FILE: join(folder, 'master.key') };
}

async function startIn(prepare: (folder: string) => Promise<void>, overrides: NodeJS.ProcessEnv): Promise<TestIssuer> {
  const folder = await mkdtemp(join(tmpdir(), 'issuer-'));
  await prepare(folder);
  return startOn(folder, overrides);
}

async function startOn(folder: string, overrides: NodeJS.ProcessEnv): Promise<TestIssuer> {
  const files = filesIn(folder);
  const masterKey = await loadMasterKey(files);
  const directory = await startStubDirectory(await loadIdentity('directory', join(files.DATA_DIR, 'tls'), masterKey));
  const surroundings = { folder, port: await freePort(), directory };
  return start(surroundings, {
    PORT_BASE: '4000',
    ISSUER_PORT: String(surroundings.port),
    ISSUER_SERVICES_PORT: String(await freePort()),
    SERVICES_TLS_DIR: servicesTlsDirectory(files.DATA_DIR),
    DIRECTORY_URL: directory.origin,
    ...files,
    DEVELOPMENT_SEED: '1',
    DATABASE_URL: undefined,
    ...overrides,
  });
}

interface Surroundings {
  readonly folder: string;
  readonly port: number;
  readonly directory: StubDirectory;
}

async function start(surroundings: Surroundings, environment: NodeJS.ProcessEnv): Promise<TestIssuer> {
  const { folder, port, directory } = surroundings;
  const running = await startProcess('gateway/issuer/main.ts', environment);
  return {
    url: `http://localhost:${port}`,
    servicesUrl: `https://localhost:${environment['ISSUER_SERVICES_PORT']}`,
    audience: 'http://localhost:4000/graphql',
    environment,
    masterKey: await loadMasterKey(environment),
    process: running,
    directory,
    redirectUri: 'http://localhost:4001/callback',
    logoutUri: 'http://localhost:4001',
    restart: async (overrides = {}) => {
      await running.stop();
      return start(surroundings, { ...environment, ...overrides });
    },
    stop: async () => {
      await running.stop();
      await directory.stop();
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
  /** Where the login begins, with further parameters. */
  address(parameters?: Readonly<Record<string, string>>): URL;
  /** Opens that address. */
  open(parameters?: Readonly<Record<string, string>>): Promise<Visited>;
  sendPassword(page: Visited, email: string, password?: string): Promise<Visited>;
  sendCode(page: Visited, email: string, stepsAhead?: number): Promise<Visited>;
  /** Exchanges the code that the browser came back with. */
  exchange(callback: Visited): ReturnType<typeof client.authorizationCodeGrant>;
  renew(refreshToken: string | undefined): ReturnType<typeof client.refreshTokenGrant>;
  /** What its tokens are bound to. */
  readonly key: ProofKey;
  /** The PKCE code verifier. */
  readonly verifier: string;
}

export async function beginLogin(issuer: LoginIssuer, session?: BrowserSession): Promise<TestLogin> {
  const configuration = await discover(issuer, 'frontend', client.None());
  const browser = session ?? openBrowserSession(issuer.logoutUri);
  const verifier = client.randomPKCECodeVerifier();
  const challenge = await client.calculatePKCECodeChallenge(verifier);
  const key = await makeProofKey();
  const address = (parameters: Readonly<Record<string, string>> = {}): URL =>
    client.buildAuthorizationUrl(configuration, {
      redirect_uri: issuer.redirectUri,
      scope: 'openid',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...parameters,
    });
  return {
    browser,
    configuration,
    address,
    open: (parameters) => browser.open(address(parameters).href),
    sendPassword: (page, email, password = personaPassword(issuer.masterKey, email)) =>
      browser.submit(page, '/password', { loginName: email, password }),
    sendCode: (page, email, stepsAhead = 0) =>
      browser.submit(page, '/totp', { code: currentCode(issuer.masterKey, email, stepsAhead) }),
    exchange: (callback) =>
      client.authorizationCodeGrant(
        configuration,
        new URL(callback.address),
        { pkceCodeVerifier: verifier, idTokenExpected: true },
        undefined,
        provingBy(configuration, key),
      ),
    renew: (refreshToken = '') =>
      client.refreshTokenGrant(configuration, refreshToken, undefined, provingBy(configuration, key)),
    key,
    verifier,
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
