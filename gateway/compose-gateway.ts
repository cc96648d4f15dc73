/** Makes the gateway of its parts: configuration → supergraph, identity, stages, server. */
import { join } from 'node:path';
import { type AccessFeed, followAccess } from '@commonhold/platform/access-feed/follow.ts';
import { followEvents } from '@commonhold/platform/event-feed/follow.ts';
import type { Log } from '@commonhold/platform/log.ts';
import type { Running } from '@commonhold/platform/process.ts';
import { openReplayMemory, type ReplayMemory } from '@commonhold/platform/replay/replay-memory.ts';
import { type MasterKey, openMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import type { Secrets } from '@commonhold/platform/secrets/secrets.ts';
import type { ServerAddresses } from '@commonhold/platform/secrets/server-passwords.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { followIdentity } from '@commonhold/platform/tls/follow-identity.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { openMetricsDoor } from '@commonhold/platform/tls/metrics-door.ts';
import { type AccessRecord, openAccessRecord } from './audit/access-record.ts';
import { createAudit, noAudit } from './audit/audit.ts';
import { createPersonalAccess } from './audit/personal-access.ts';
import { followOtherKeys, openRecordKey } from './audit/record-key.ts';
import { recordPlace, recordPlaces } from './audit/record-place.ts';
import { createDirectoryAccess } from './authentication/access.ts';
import { createAccessTokenVerifier } from './authentication/access-token.ts';
import { createAuthentication, type IdentityParts } from './authentication/authenticate.ts';
import { readCredentials } from './authentication/credentials.ts';
import { createKeptAccess } from './authentication/kept-access.ts';
import { createNonces } from './authentication/possession/nonces.ts';
import { createPossessionCheck } from './authentication/possession/possession.ts';
import { createSenderCheck } from './authentication/sender.ts';
import { betterLogins } from './authentication/step-up.ts';
import { rememberVerified, type VerifiedTokens } from './authentication/verified-tokens.ts';
import { type Authorization, createAuthorization } from './authorization/authorization.ts';
import { createAuthorize } from './authorize.ts';
import type { GatewayConfiguration } from './config.ts';
import { type Connection, openConnection } from './execution/connection.ts';
import { createDataKeys } from './execution/data-keys.ts';
import { createExecution } from './execution/execute.ts';
import { withDataKeys } from './execution/plan-keys.ts';
import { ownSubgraph, reachSubgraphs } from './execution/subgraphs.ts';
import { registerExplorer } from './explorer/explorer.ts';
import { createPipeline } from './pipeline.ts';
import { keepOperations } from './planning/kept-operations.ts';
import { createPlanning } from './planning/plan.ts';
import { openPlannerPool } from './planning/planner-pool.ts';
import { createOverrideChoice } from './planning/progressive-override.ts';
import { createAdmission } from './protection/admission.ts';
import { createOperationLimit } from './protection/limit-operation.ts';
import { registerProvisioning } from './provisioning/door.ts';
import { createProvisioningLimits } from './provisioning/limits.ts';
import { startServer } from './server.ts';
import { createLive, type Live, type LiveParts } from './subscriptions/live.ts';
import { LIVE_SUBGRAPHS } from './subscriptions/live-fields.ts';
import { type LoadedSupergraph, loadSupergraph } from './supergraph/load-supergraph.ts';
import { checkHealth, type HealthChecks, rememberHealth } from './telemetry/health.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import type { Siblings } from './workers/siblings.ts';

export interface GatewayOptions {
  readonly configuration: GatewayConfiguration;
  /** What replicas share; without either, what a single gateway remembers is enough. Redis goes first. */
  readonly servers: ServerAddresses;
  readonly secrets: Secrets;
  /** Where it is one of several workers. */
  readonly siblings: Siblings | undefined;
  readonly log: Log;
}

/** Processes that start together wait for each other; one that starts alone says in readiness what it lacks. */
const LONGEST_WAIT_MILLISECONDS = 15_000;

/** @throws {StartupError} when the configuration or a file that it names is wrong. */
export async function composeGateway(options: GatewayOptions): Promise<Running> {
  const { configuration, secrets, siblings, log } = options;
  const supergraph = await loadSupergraph(configuration.supergraphFile);
  const authorization = readPolicies(supergraph.sdl);
  const masterKey = once(() => openMasterKey(secrets));
  const serviceIdentity = once(async () =>
    followIdentity('gateway', configuration.tlsDirectory, await masterKey(), secrets),
  );
  const subgraphs = await reachSubgraphs(supergraph.subgraphs, {
    ownAddresses: configuration.ownSubgraphs,
    identity: serviceIdentity,
    namedRights: authorization.scopesOf,
  });
  const metrics = createMetrics(secrets);
  const identity = await identify(options, masterKey, serviceIdentity, metrics);
  const accessRecord = identity && (await openRecord(options, await masterKey()));
  const dataKeys = createDataKeys(supergraph);
  const planner = await openPlannerPool(supergraph.sdl);
  const planning = createPlanning(planner, createOverrideChoice(supergraph.sdl), metrics.planned);
  const keptOperations =
    identity &&
    keepOperations({
      file: join(configuration.dataDirectory, 'plans', siblings ? `worker-${siblings.number}` : '', 'operations'),
      masterKey: await masterKey(),
      planning,
      log,
    });
  const admission = createAdmission();
  const stages = {
    authenticate: createAuthentication({
      isRequired: configuration.authentication === 'required',
      identity: identity?.parts,
    }),
    limit: createOperationLimit(configuration.limits),
    authorize: createAuthorize(
      authorization,
      configuration.issuer ? betterLogins(configuration.issuer.loginRules) : [],
    ),
    plan: withDataKeys(planning.plan, dataKeys),
    execute: createExecution(supergraph, subgraphs, dataKeys),
    audit: accessRecord
      ? createAudit(createPersonalAccess(supergraph.sdl, supergraph.clientSchema), accessRecord)
      : noAudit,
    metrics,
    askAccess: identity?.parts.askAccess,
  };
  const pipeline = createPipeline(stages);
  const live = identity && openLive(options, supergraph, { ...stages, answer: pipeline.answer }, identity);
  const healthChecks = {
    ...identity?.healthChecks,
    ...(accessRecord && { audit: async () => accessRecord.assertWritable() }),
  };
  const ownHealth = rememberHealth(() => checkHealth(healthChecks));
  siblings?.tell({ metrics: metrics.values, health: ownHealth });
  const renderedMetrics = siblings ? { contentType: metrics.contentType, render: siblings.renderMetrics } : metrics;
  const { servicesDoor, metricsPort: port, host } = configuration;
  const metricsDoor =
    port === undefined
      ? undefined
      : await openMetricsDoor({ identity: await serviceIdentity(), host, port, metrics: renderedMetrics });
  const server = await startServer({
    configuration,
    servicesIdentity:
      servicesDoor &&
      (await followIdentity('gateway', servicesDoor.tlsDirectory, await masterKey(), secrets, 'tls.gateway.services')),
    supergraph,
    pipeline,
    live,
    admission,
    companyOf: (rawHeaders) => {
      const credentials = readCredentials(rawHeaders);
      return credentials.kind === 'token' ? identity?.companyOf(credentials.token) : undefined;
    },
    metrics,
    renderedMetrics,
    health: siblings ? rememberHealth(siblings.health) : ownHealth,
    registerPages: (server) => registerExplorer(server, configuration),
    registerProvisioning:
      identity &&
      registerProvisioning({
        directoryOrigin: configuration.directoryOrigin,
        directory: identity.directory,
        identity: await serviceIdentity(),
        limits: siblings?.provisioningLimits ?? createProvisioningLimits(configuration.provisioning),
        publicOrigin: configuration.publicOrigin,
        timeoutMilliseconds: configuration.requestTimeoutMilliseconds,
        log,
      }),
    log,
  });
  // Until then everybody would be refused.
  await identity?.feed.heard(LONGEST_WAIT_MILLISECONDS);
  return {
    async stop() {
      await server.stop();
      await live?.close();
      admission.close();
      await keptOperations?.close();
      await planner.close();
      await metricsDoor?.stop();
      await identity?.feed.close();
      await Promise.all([...subgraphs.map(({ connection }) => connection.close()), identity?.directory.close()]);
      await identity?.usedProofs.close();
      await accessRecord?.close();
      secrets.close();
    },
  };
}

/** A policy that can be read in two ways is not guessed at. */
function readPolicies(sdl: string): Authorization {
  try {
    return createAuthorization(sdl);
  } catch (error) {
    throw new StartupError(
      `The supergraph has a policy that can't be read (${error instanceof Error ? error.message : 'unknown'})`,
      'correct it in its subgraph and compose again',
    );
  }
}

/** Subscriptions, where the supergraph has any that can be served; undefined: it has none. */
function openLive(
  { configuration, log }: GatewayOptions,
  { clientSchema, subgraphs }: LoadedSupergraph,
  stages: Pick<LiveParts, 'answer' | 'authorize' | 'plan' | 'audit' | 'metrics'>,
  { parts, feed, serviceIdentity }: Identification,
): Live | undefined {
  const names = subgraphs.flatMap((subgraph) => ownSubgraph(subgraph)?.name ?? []);
  if (!clientSchema.getSubscriptionType() || !LIVE_SUBGRAPHS.every((name) => names.includes(name))) return undefined;
  return createLive({
    ...stages,
    schema: clientSchema,
    askAccess: parts.askAccess,
    access: feed,
    follow: (subgraph, listener) =>
      followEvents({ subgraph, url: configuration.ownSubgraphs[subgraph], identity: serviceIdentity, listener }),
    limits: configuration.subscriptions,
    timeoutMilliseconds: configuration.requestTimeoutMilliseconds,
    log,
  });
}

interface Identification {
  readonly parts: IdentityParts;
  readonly companyOf: VerifiedTokens['companyOf'];
  readonly directory: Connection;
  readonly feed: AccessFeed;
  readonly serviceIdentity: ServiceIdentity;
  readonly usedProofs: ReplayMemory;
  readonly healthChecks: HealthChecks;
}

/** How tokens are checked; undefined when no issuer is configured. */
async function identify(
  { configuration: { issuer, directoryOrigin, staleSeconds }, servers, siblings }: GatewayOptions,
  masterKey: () => Promise<MasterKey>,
  serviceIdentity: () => Promise<ServiceIdentity>,
  metrics: Metrics,
): Promise<Identification | undefined> {
  if (!issuer) return undefined;
  const identity = await serviceIdentity();
  const directory = openConnection({ identity, peer: 'directory' });
  const feed = followAccess({ directoryUrl: directoryOrigin, identity, staleSeconds });
  metrics.watchAccess(feed.ageSeconds);
  const ask = createDirectoryAccess(directoryOrigin, directory, identity);
  const { verify, reach } = createAccessTokenVerifier(issuer);
  const verified = rememberVerified(verify);
  const nonces = createNonces((await masterKey()).ring('gateway:dpop-nonce'));
  const { redis: redisUrl, database: databaseUrl } = servers;
  const isShared = redisUrl !== undefined || databaseUrl !== undefined;
  const usedProofs =
    siblings && !isShared ? siblings.usedProofs : await openReplayMemory({ name: 'gateway', redisUrl, databaseUrl });
  return {
    parts: {
      verify: verified.verify,
      checkSender: createSenderCheck(createPossessionCheck(nonces, usedProofs)),
      askAccess: createKeptAccess({ ask, feed, observe: metrics }),
      acrValues: issuer.loginRules.multiFactor.acrValues,
    },
    companyOf: verified.companyOf,
    directory,
    feed,
    serviceIdentity: identity,
    usedProofs,
    healthChecks: {
      issuer: reach,
      proofs: () => usedProofs.reach(),
      directory: async () => {
        const { status } = await directory.get(`${directoryOrigin}/health/ready`, AbortSignal.timeout(2_000));
        if (status !== 200) throw new Error('not ready');
      },
      access: async () => {
        if (feed.isStale()) throw new Error('stale');
      },
    },
  };
}

async function openRecord(
  { configuration: { dataDirectory }, secrets, siblings, log }: GatewayOptions,
  masterKey: MasterKey,
): Promise<AccessRecord> {
  const place = recordPlace(dataDirectory, siblings?.number);
  const key = await openRecordKey(place, masterKey, secrets);
  await followOtherKeys(place, await recordPlaces(dataDirectory), masterKey, secrets);
  return openAccessRecord(place.directory, key, (error) =>
    log.error({ err: error }, 'the record of access cannot be written'),
  );
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
