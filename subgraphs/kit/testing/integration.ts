/** For tests: one integration service, its sandbox partner and the consents it asks for, and nothing of the others. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { ensurePartnerKeys } from '@commonhold/development/partner-keys.ts';
import { ensurePki } from '@commonhold/development/pki.ts';
import { createLog, type Log } from '@commonhold/platform/log.ts';
import { openProcessSecrets } from '@commonhold/platform/secrets/process-secrets.ts';
import {
  loadIdentity,
  type ServiceIdentity,
  type ServiceName,
  tlsMaterial,
} from '@commonhold/platform/tls/identity.ts';
import { Registry } from 'prom-client';
import { Agent, request } from 'undici';
import { openPartnerEvents, type PartnerEvents, type PartnerEventsOptions } from '../events/partner-events.ts';
import { type Contract, loadContract } from '../partner/contract.ts';
import { createPartnerMetrics } from '../partner/metrics.ts';
import { createPartner, type Partner } from '../partner/partner.ts';
import type { RecordedCall } from '../sandbox/call-log.ts';
import type { SendWebhook } from '../sandbox/changes.ts';
import { followSandboxClients } from '../sandbox/clients.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import type { SandboxVersion } from '../sandbox/sandbox-version.ts';
import { followWebhookKeys } from '../sandbox/webhook-keys.ts';
import { createWebhookSender } from '../sandbox/webhooks.ts';
import { readPolicyMode } from '../shield/policy-mode.ts';
import { defineSubgraph } from '../subgraph.ts';
import type { SubgraphDefinition } from '../subgraph-definition.ts';
import { type ConsentDirectory, createConsentDirectory } from '../tenancy/consents.ts';
import type { SubgraphClaims } from '../tenancy/principal.ts';
import { type ConsentDirectoryForTests, startConsentDirectory } from './consent-directory.ts';
import { createTestGateway, type GraphqlAnswer } from './gateway.ts';

export interface IntegrationParts<Versions, Services extends object> {
  readonly name: 'smart-home' | 'communal';
  /** The subgraph's folder. */
  readonly folder: URL;
  /** Its sandbox partner. @param send by which it tells what happened, when the subgraph is to learn of it */
  sandbox(send: SendWebhook): {
    readonly versions: readonly SandboxVersion[];
    readonly happen: (wanted: unknown) => void;
  };
  /** How the subgraph learns of what happens; left out: not at all. */
  events?(parts: EventParts<Versions>): Pick<PartnerEventsOptions, 'schema' | 'askEntity' | 'askChanges'>;
  define(partner: Partner<Versions>): SubgraphDefinition<Services>;
  /** The residences of a company. */
  residencesOf(company: string): readonly string[];
  /** What is agreed instead, such as smaller batches. */
  agree?(contract: Contract): Contract;
}

export interface EventParts<Versions> {
  readonly partner: Partner<Versions>;
  readonly consents: ConsentDirectory;
  readonly log: Log;
}

export interface TestIntegration<Versions> {
  /** Asks the subgraph as the gateway does, for a principal with these claims. */
  ask(claims: SubgraphClaims, query: string, variables?: Record<string, unknown>): Promise<GraphqlAnswer>;
  /** What the partner was asked since the last time, tokens and keys left out. */
  calls(): Promise<readonly RecordedCall[]>;
  /** Misbehaves as `sandbox/faults.ts` names it, by operation; `{}`: not any more. */
  misbehave(faults: Readonly<Record<string, object>>): Promise<void>;
  /** Lets something happen at the partner, as its `sandbox/changes.ts` has it. */
  happen(wanted: object): Promise<void>;
  readonly consents: ConsentDirectoryForTests;
  readonly partner: Partner<Versions>;
  readonly metrics: Registry;
  readonly environment: { readonly DATA_DIR: string; readonly MASTER_KEY_FILE: string };
  /** Of the subgraph, such as `https://localhost:4202`. */
  readonly url: string;
  identityOf(service: ServiceName): Promise<ServiceIdentity>;
  /** Where webhooks go, and the keys that the partner signs a company's with. */
  readonly webhooks: { readonly url: string; keys(company: string): readonly string[] };
  stop(): Promise<void>;
}

/** Starts it on free ports with keys of its own; stop it after the test. */
export async function startIntegration<Versions, Services extends object>(
  parts: IntegrationParts<Versions, Services>,
): Promise<TestIntegration<Versions>> {
  const { name } = parts;
  const folder = await mkdtemp(join(tmpdir(), `commonhold-${name}-`));
  const environment = {
    LOG_LEVEL: 'silent',
    SECRETS_POLL_SECONDS: '1',
    DATA_DIR: folder,
    MASTER_KEY_FILE: join(folder, 'master.key'),
  };
  await ensureMasterKey(environment);
  const { secrets, masterKey } = await openProcessSecrets(environment, createLog(name, environment));
  await ensurePki(join(folder, 'tls'), masterKey);
  await ensurePartnerKeys(folder, masterKey);
  const identityOf = (service: ServiceName) => loadIdentity(service, join(folder, 'tls'), masterKey);
  const [identity, log] = [await identityOf(name), createLog(name, environment)];

  let events: PartnerEvents | undefined;
  const webhookUrl = (): string | undefined =>
    events?.port === undefined ? undefined : `https://localhost:${events.port}/webhooks`;
  const clients = await followSandboxClients(folder, name, secrets);
  const companies = clients().map(({ company }) => company);
  const keys = await followWebhookKeys({ secrets, masterKey, dataDirectory: folder }, name, companies);
  const sender = createWebhookSender({ url: webhookUrl, identity, keys, log });
  const sandbox = await createSandbox({
    name: `${name}-sandbox`,
    port: 0,
    identity: await identityOf(`${name}-sandbox`),
    accepts: [name],
    clients,
    ...parts.sandbox(parts.events ? sender.send : () => undefined),
    latencyMilliseconds: { least: 0, greatest: 0 },
    log,
    environment,
  });
  const consents = await startConsentDirectory(await identityOf('directory'), name, parts.residencesOf);
  const metrics = new Registry();
  const partner = await createPartner<Versions>({
    contract: await contractWith(parts, sandbox.origin),
    identity,
    masterKey,
    secrets,
    dataDirectory: folder,
    metrics: createPartnerMetrics(metrics, []),
  });
  const policy = readPolicyMode(process.env);
  const options = { identity, port: 0, log, metrics, policy, directoryUrl: consents.url };
  const consentDirectory = createConsentDirectory(identity, name, consents.url);
  if (parts.events) {
    events = await openPartnerEvents({
      ...{ name, contract: partner.contract, identity, door: { identity, host: 'localhost', port: 0 } },
      ...{ masterKey, secrets, dataDirectory: folder, metrics, log },
      ...parts.events({ partner, consents: consentDirectory, log }),
    });
  }
  const routes = events?.serve;
  const definition = { ...parts.define(partner), ...(routes ? { routes } : {}) };
  const subgraph = await defineSubgraph(definition, options);
  const gateway = createTestGateway(await identityOf('gateway'), name, subgraph.port);
  const dispatcher = new Agent({ connect: tlsMaterial(identity) });

  return {
    ask: gateway.ask,
    calls: async () => {
      const { body } = await request(`${sandbox.origin}/sandbox/calls`, { dispatcher });
      const calls = (await body.json()) as readonly RecordedCall[];
      await request(`${sandbox.origin}/sandbox/calls`, { dispatcher, method: 'DELETE' });
      return calls.filter(({ operation }) => operation !== 'token' && operation !== 'jwks');
    },
    misbehave: async (faults) => {
      const headers = { 'content-type': 'application/json' };
      const change = { dispatcher, method: 'PUT', headers, body: JSON.stringify(faults) } as const;
      const { statusCode } = await request(`${sandbox.origin}/sandbox/faults`, change);
      if (statusCode !== 204) throw new Error(`the sandbox knows no such fault: ${statusCode}`);
    },
    happen: async (wanted) => {
      const headers = { 'content-type': 'application/json' };
      const change = { dispatcher, method: 'POST', headers, body: JSON.stringify(wanted) } as const;
      const { statusCode } = await request(`${sandbox.origin}/sandbox/changes`, change);
      if (statusCode !== 204) throw new Error(`that can't happen at the sandbox: ${statusCode}`);
    },
    consents,
    partner,
    metrics,
    environment,
    url: `https://localhost:${subgraph.port}`,
    identityOf,
    webhooks: { url: webhookUrl() ?? '', keys: (company) => keys.get(company)?.() ?? [] },
    stop: async () => {
      await sender.stop();
      await events?.stop();
      await consentDirectory.close();
      await gateway.close();
      await subgraph.stop();
      await consents.stop();
      await dispatcher.destroy();
      await sandbox.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function contractWith(
  { name, folder, agree }: Pick<IntegrationParts<never, never>, 'name' | 'folder' | 'agree'>,
  origin: string,
): Promise<Contract> {
  const variable = `${name.toUpperCase().replace('-', '_')}_SANDBOX_PORT`;
  const contract = await loadContract(new URL('partner/contract.yaml', folder), { [variable]: new URL(origin).port });
  return agree?.(contract) ?? contract;
}
