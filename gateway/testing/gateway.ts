/** For tests: the gateway as a real process, with an issuer and a directory that do what the test says. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { ensurePki, ensureServicesPki } from '@commonhold/development/pki.ts';
import { servicesTlsDirectory } from '@commonhold/development/service-certificate.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { startProcess, type TestProcess } from '@commonhold/test/processes.ts';
import { type StubDirectory, startStubDirectory } from './directory.ts';
import { startTestIssuer, type TestIssuer } from './issuer.ts';
import { freePort } from './listen.ts';

export interface GatewayUnderTest {
  readonly url: string;
  /** Where services come with a certificate. */
  readonly servicesUrl: string;
  readonly dataDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly issuer: TestIssuer;
  readonly directory: StubDirectory;
  readonly process: TestProcess;
  send(body: unknown, headers?: Readonly<Record<string, string>>): Promise<GatewayAnswer>;
  /** With a good token, or the one that is given. */
  ask(query: string, options?: AskOptions): Promise<GatewayAnswer>;
  stop(): Promise<void>;
}

export interface AskOptions {
  readonly token?: string;
  readonly variables?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: {
    readonly data?: Readonly<Record<string, unknown>> | null;
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: readonly (string | number)[];
      readonly extensions: Readonly<Record<string, unknown>>;
    }[];
  };
}

export async function startGatewayUnderTest(overrides: NodeJS.ProcessEnv = {}): Promise<GatewayUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const port = await freePort();
  const url = `http://localhost:${port}/graphql`;
  const dataDirectory = join(folder, 'data');
  const files = { DATA_DIR: dataDirectory, MASTER_KEY_FILE: join(folder, 'master.key') };
  await ensureMasterKey(files);
  const masterKey = await loadMasterKey(files);
  await ensurePki(join(dataDirectory, 'tls'), masterKey);
  await ensureServicesPki(servicesTlsDirectory(dataDirectory), masterKey);
  const servicesPort = await freePort();
  const issuer = await startTestIssuer(url);
  const directory = await startStubDirectory(await loadIdentity('directory', join(dataDirectory, 'tls'), masterKey));
  const environment = {
    ...files,
    GATEWAY_PORT: String(port),
    ISSUER_URL: issuer.url,
    DIRECTORY_URL: directory.origin,
    LOG_LEVEL: 'debug',
    ...overrides,
  };
  // Beside the environment, which other gateways are started with as well: each port is one gateway's.
  const servicesDoor = {
    GATEWAY_SERVICES_PORT: String(servicesPort),
    SERVICES_TLS_DIR: servicesTlsDirectory(dataDirectory),
  };
  const running = await startProcess('gateway/main.ts', { ...servicesDoor, ...environment });
  const send: GatewayUnderTest['send'] = (body, headers = {}) => post(url, body, headers);
  return {
    url,
    servicesUrl: `https://localhost:${servicesPort}/graphql`,
    dataDirectory,
    environment,
    issuer,
    directory,
    process: running,
    send,
    ask: async (query, { token, variables = {}, headers = {} } = {}) =>
      send({ query, variables }, { authorization: `Bearer ${token ?? (await issuer.sign())}`, ...headers }),
    stop: async () => {
      await running.stop();
      await Promise.all([issuer.stop(), directory.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Posts `body` as JSON, or as it is when it is a text or bytes. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<GatewayAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): GatewayAnswer['body'] {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
