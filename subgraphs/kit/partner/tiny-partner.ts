/** A tiny partner for tests: a real sandbox process's server, a contract, and keys of two companies. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { ensurePartnerKeys } from '@commonhold/development/partner-keys.ts';
import { ensurePki } from '@commonhold/development/pki.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { openProcessSecrets } from '@commonhold/platform/secrets/process-secrets.ts';
import { openSecrets } from '@commonhold/platform/secrets/secrets.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { Registry } from 'prom-client';
import { Agent, request } from 'undici';
import { followSandboxClients } from '../sandbox/clients.ts';
import { page } from '../sandbox/paging.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { sandboxVersion } from '../sandbox/sandbox-version.ts';
import { tenantId } from '../tenancy/ids.ts';
import type { PartnerClient } from './client.ts';
import { type CompanyKeys, companyKeysFile, loadCompanyKeys } from './company-keys.ts';
import { type Contract, parseContract } from './contract.ts';
import { createPartnerMetrics } from './metrics.ts';
import { createPartner, type Partner } from './partner.ts';

export interface Lamp {
  id: string;
  companyId: string;
  on: boolean;
  watts: number;
  owner: string;
}

/** As `openapi-typescript` would write it for the document below. */
export interface operations {
  queryLamps: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': { ids?: string[]; limit?: number; cursor?: string } } };
    responses: { 200: { content: { 'application/json': { items: Lamp[]; nextCursor?: string } } } };
  };
  getLamp: {
    parameters: { query?: never; header?: never; path: { id: string }; cookie?: never };
    requestBody?: never;
    responses: { 200: { content: { 'application/json': Lamp } } };
  };
  createOrder: {
    parameters: { query?: never; header: { 'Idempotency-Key': string }; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': { note: string } } };
    responses: { 201: { content: { 'application/json': { id: string; companyId: string; note: string } } } };
  };
}

export interface paths {
  '/lamps/query': { get?: never; put?: never; post: operations['queryLamps'] };
  '/lamps/{id}': { get: operations['getLamp']; put?: never; post?: never };
  '/orders': { get?: never; put?: never; post: operations['createOrder'] };
}

export interface TinyVersions {
  readonly v1: paths;
}

const DOCUMENT = `
openapi: 3.1.0
info: { title: Tiny partner, version: 1.0.0 }
servers: [{ url: https://localhost/v1 }]
paths:
  /lamps/query:
    post:
      operationId: queryLamps
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              additionalProperties: false
              properties:
                ids: { type: array, maxItems: 5, items: { type: string } }
                limit: { type: integer, minimum: 1, maximum: 100, default: 100 }
                cursor: { type: string }
      responses: { '200': { description: Lamps. } }
  /lamps/{id}:
    get:
      operationId: getLamp
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { '200': { description: A lamp. } }
  /orders:
    post:
      operationId: createOrder
      parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }]
      requestBody:
        required: true
        content: { application/json: { schema: { type: object, required: [note], properties: { note: { type: string } } } } }
      responses: { '201': { description: The order. } }
components:
  parameters:
    IdempotencyKey: { name: Idempotency-Key, in: header, required: true, schema: { type: string, minLength: 8 } }
`;

/** The contract that the tests work by; times are short. */
export const CONTRACT = `
partner: smart-home
versions:
  v1: { basePath: /v1 }
purpose: Try the client
dataClasses: [lamps]
environments:
  development: { address: 'https://localhost:\${TINY_PORT}', peer: 'spiffe://commonhold/smart-home-sandbox' }
  production: { address: '\${TINY_ADDRESS}' }
transport: mtls
authentication: { method: private_key_jwt, tokenPath: /oauth2/token }
encryption:
  keyManagement: [ECDH-ES+A256KW]
  content: [A256GCM]
  jwksPath: /.well-known/jwks.json
  fields: { Lamp.owner: [Lamp.owner] }
limits: { requests: { perSecond: 500 }, concurrency: 8, concurrencyPerCompany: 4, batches: { lamps: 5 } }
sla:
  { availability: 0.99, errorRate: 0.02, p95Milliseconds: 40, p99Milliseconds: 300, measured: here, supportHours: always }
timeouts: { connectMilliseconds: 500, attemptMilliseconds: 600 }
retries: { attempts: 2, firstDelayMilliseconds: 5, greatestDelayMilliseconds: 50, querySuffix: /query }
breaker: { consecutiveFailures: 1000, openMilliseconds: 200 }
errors: { codes: { out-of-lamps: PARTNER_REJECTED, busy: PARTNER_RATE_LIMITED } }
companies:
  northgate: { clientId: commonhold-northgate, version: v1 }
  riverside: { clientId: commonhold-riverside, version: v1 }
contacts: { technical: t@partner.example, security: s@partner.example, privacy: p@partner.example }
`;

export interface ClientOptions {
  /** Instead of the partner of the tests' contract. */
  readonly partner?: Partner<TinyVersions>;
  readonly milliseconds?: number;
  readonly isBackground?: boolean;
  readonly requestId?: string;
}

export interface TinyPartner {
  readonly partner: Partner<TinyVersions>;
  readonly contract: Contract;
  readonly registry: Registry;
  /** Handler runs of `createOrder`. */
  readonly orders: string[];
  /** A client of a company, for a request of its own. */
  as(company: string, options?: ClientOptions): PartnerClient<paths>;
  /** A company's own private keys. */
  keysOf(company: string): Promise<CompanyKeys>;
  readonly folder: string;
  /** Another partner object over the same sandbox, such as with another contract. */
  partnerWith(changes: Partial<Contract>): Promise<Partner<TinyVersions>>;
  fault(faults: object): Promise<void>;
  calls(
    requestId?: string,
  ): Promise<readonly { readonly operation: string; readonly company?: string; readonly requestId?: string }[]>;
  /** A plain request by the identity of a service. */
  plain(service: 'smart-home' | 'communal', path: string, options?: object): ReturnType<typeof request>;
  stop(): Promise<void>;
}

export async function startTinyPartner(): Promise<TinyPartner> {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-partner-'));
  const environment = { LOG_LEVEL: 'silent', MASTER_KEY_FILE: join(folder, 'master.key') };
  await ensureMasterKey(environment);
  const log = createLog('test', environment);
  const { secrets, masterKey } = await openProcessSecrets(environment, log);
  await ensurePki(join(folder, 'tls'), masterKey);
  await ensurePartnerKeys(folder, masterKey);
  const openapi = join(folder, 'v1.yaml');
  await writeFile(openapi, DOCUMENT);
  const [sandboxIdentity, identity, communal] = await Promise.all(
    (['smart-home-sandbox', 'smart-home', 'communal'] as const).map((name) =>
      loadIdentity(name, join(folder, 'tls'), masterKey),
    ),
  );
  if (!sandboxIdentity || !identity || !communal) throw new Error('no identities');

  const lamp = (companyId: string, index: number, owner: string): Lamp => ({
    id: `${companyId}-${index}`,
    companyId,
    on: true,
    watts: 7,
    owner,
  });
  const orders: string[] = [];
  const sandbox = await createSandbox({
    name: 'smart-home-sandbox',
    port: 0,
    identity: sandboxIdentity,
    accepts: ['smart-home'],
    clients: await followSandboxClients(folder, 'smart-home', secrets),
    latencyMilliseconds: { least: 0, greatest: 0 },
    log,
    environment,
    versions: [
      sandboxVersion<operations>(pathToFileURL(openapi), {
        queryLamps: async ({ companies, body, encrypt }) => {
          const lamps = await Promise.all(
            companies.flatMap((company) =>
              [1, 2, 3].map(async (n) => lamp(company, n, await encrypt(`owner of ${n}`))),
            ),
          );
          const wanted = lamps.filter(
            ({ id, companyId }) => !body.ids || companyId !== companies[0] || body.ids.includes(id),
          );
          const { items, nextCursor } = page(wanted, { limit: body.limit ?? 100, cursor: body.cursor }, ({ id }) => id);
          return { items: [...items], ...(nextCursor ? { nextCursor } : {}) };
        },
        getLamp: async ({ companies, path, encrypt }) => ({
          ...lamp(companies.at(-1) ?? '', 1, await encrypt('owner')),
          id: path.id,
        }),
        createOrder: async ({ company, body, decrypt, once }) => {
          const note = await decrypt(body.note);
          return await once({ note }, async () => {
            orders.push(note);
            return { id: `order-${orders.length}`, companyId: company, note: body.note };
          });
        },
      }),
    ],
  });

  const registry = new Registry();
  const contract = parseContract(CONTRACT, 'tiny/contract.yaml', { TINY_PORT: new URL(sandbox.origin).port });
  const metrics = createPartnerMetrics(registry, [contract]);
  const opened: Partner<TinyVersions>[] = [];
  const partnerWith = async (changes: Partial<Contract>): Promise<Partner<TinyVersions>> => {
    const made = await createPartner<TinyVersions>({
      contract: { ...contract, ...changes },
      identity,
      masterKey,
      secrets: await openSecrets(environment),
      dataDirectory: folder,
      metrics,
    });
    opened.push(made);
    return made;
  };
  const partner = await partnerWith({});
  const agents = {
    'smart-home': new Agent({ connect: tlsMaterial(identity) }),
    communal: new Agent({ connect: tlsMaterial(communal) }),
  };
  const plain: TinyPartner['plain'] = (service, path, options = {}) =>
    request(`${sandbox.origin}${path}`, { ...options, dispatcher: agents[service] });

  return {
    partner,
    contract,
    registry,
    orders,
    folder,
    as: (company, options = {}) => clientOf(options.partner ?? partner, company, options),
    keysOf: async (company) => {
      const parts = { secrets, envelope: createEnvelope(masterKey.ring('envelope:partners')), dataDirectory: folder };
      return (await loadCompanyKeys(parts, 'smart-home', company))()[0];
    },
    partnerWith,
    fault: async (faults) => {
      const { statusCode } = await plain('smart-home', '/sandbox/faults', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(faults),
      });
      if (statusCode !== 204) throw new Error(`faults: ${statusCode}`);
    },
    calls: async (requestId) => {
      const { body } = await plain('smart-home', `/sandbox/calls${requestId ? `?requestId=${requestId}` : ''}`);
      return JSON.parse(await body.text());
    },
    plain,
    stop: async () => {
      await Promise.all(opened.map((made) => made.close()));
      await Promise.all(Object.values(agents).map((agent) => agent.destroy()));
      await sandbox.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function clientOf(
  partner: Partner<TinyVersions>,
  company: string,
  { milliseconds = 5_000, isBackground = false, requestId = 'request' }: ClientOptions,
): PartnerClient<paths> {
  return partner.client('v1', {
    principal: { tenant: tenantId(company) },
    requestId,
    isBackground,
    deadline: Date.now() + milliseconds,
    signal: new AbortController().signal,
    log: createLog('test', { LOG_LEVEL: 'silent' }),
  });
}

/** Puts the sealed keys of one company in the place of another's, and starts a partner with them. */
export async function startWithKeysOf(
  tiny: TinyPartner,
  source: string,
  target: string,
): Promise<Partner<TinyVersions>> {
  await copyFile(
    companyKeysFile(tiny.folder, 'smart-home', source),
    companyKeysFile(tiny.folder, 'smart-home', target),
  );
  return await tiny.partnerWith({});
}
