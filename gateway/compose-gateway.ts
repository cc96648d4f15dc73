/** Makes the gateway of its parts: configuration → supergraph, identity, stages, server. */
import { join } from 'node:path';
import type { Log } from '@commonhold/platform/log.ts';
import type { Running } from '@commonhold/platform/process.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { loadIdentity, type ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { type AccessRecord, openAccessRecord } from './audit/access-record.ts';
import { createAudit, noAudit } from './audit/audit.ts';
import { createPersonalAccess } from './audit/personal-access.ts';
import { createDirectoryAccess } from './authentication/access.ts';
import { createAccessTokenVerifier } from './authentication/access-token.ts';
import { createAuthentication, type IdentityParts } from './authentication/authenticate.ts';
import { type Authorization, createAuthorization } from './authorization/authorization.ts';
import { createAuthorize } from './authorize.ts';
import type { GatewayConfiguration } from './config.ts';
import { type Connection, openConnection } from './execution/connection.ts';
import { createExecution } from './execution/execute.ts';
import { createPlanning } from './execution/plan.ts';
import { reachSubgraphs } from './execution/subgraphs.ts';
import { registerExplorer } from './explorer/explorer.ts';
import { createPipeline } from './pipeline.ts';
import { createOperationLimit } from './protection/limit-operation.ts';
import { startServer } from './server.ts';
import { loadSupergraph } from './supergraph/load-supergraph.ts';
import type { HealthChecks } from './telemetry/health.ts';
import { createMetrics } from './telemetry/metrics.ts';

export interface GatewayOptions {
  readonly configuration: GatewayConfiguration;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
}

/** @throws {StartupError} when the configuration or a file that it names is wrong. */
export async function composeGateway({ configuration, environment, log }: GatewayOptions): Promise<Running> {
  const supergraph = await loadSupergraph(configuration.supergraphFile);
  const authorization = readPolicies(supergraph.sdl);
  const serviceIdentity = once(async () =>
    loadIdentity('gateway', configuration.tlsDirectory, await loadMasterKey(environment)),
  );
  const subgraphs = await reachSubgraphs(supergraph.subgraphs, {
    ownAddresses: configuration.ownSubgraphs,
    identity: serviceIdentity,
    namedRights: authorization.scopesOf,
  });
  const identity = await identify(configuration, serviceIdentity);
  const metrics = createMetrics();
  const accessRecord = identity && (await openRecord(configuration, environment, log));
  const pipeline = createPipeline({
    authenticate: createAuthentication({
      isRequired: configuration.authentication === 'required',
      identity: identity?.parts,
    }),
    limit: createOperationLimit(configuration.limits),
    authorize: createAuthorize(authorization, configuration.issuer?.multiFactor.acrValues ?? []),
    plan: createPlanning(supergraph),
    execute: createExecution(supergraph, subgraphs),
    audit: accessRecord
      ? createAudit(createPersonalAccess(supergraph.sdl, supergraph.clientSchema), accessRecord)
      : noAudit,
    metrics,
  });
  const server = await startServer({
    configuration,
    supergraph,
    pipeline,
    metrics,
    healthChecks: {
      ...identity?.healthChecks,
      ...(accessRecord && { audit: async () => accessRecord.assertWritable() }),
    },
    registerPages: (server) => registerExplorer(server, configuration),
    log,
  });
  return {
    async stop() {
      await server.stop();
      await Promise.all([...subgraphs.map(({ connection }) => connection.close()), identity?.directory.close()]);
      await accessRecord?.close();
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

interface Identification {
  readonly parts: IdentityParts;
  readonly directory: Connection;
  readonly healthChecks: HealthChecks;
}

/** How tokens are checked; undefined when no issuer is configured. */
async function identify(
  { issuer, directoryOrigin }: GatewayConfiguration,
  serviceIdentity: () => Promise<ServiceIdentity>,
): Promise<Identification | undefined> {
  if (!issuer) return undefined;
  const identity = await serviceIdentity();
  const directory = openConnection({ identity, peer: 'directory' });
  const { verify, reach } = createAccessTokenVerifier(issuer);
  return {
    parts: {
      verify,
      askAccess: createDirectoryAccess(directoryOrigin, directory, identity),
      acrValues: issuer.multiFactor.acrValues,
    },
    directory,
    healthChecks: {
      issuer: reach,
      directory: async () => {
        const { status } = await directory.get(`${directoryOrigin}/health/ready`, AbortSignal.timeout(2_000));
        if (status !== 200) throw new Error('not ready');
      },
    },
  };
}

async function openRecord(
  { dataDirectory }: GatewayConfiguration,
  environment: NodeJS.ProcessEnv,
  log: Log,
): Promise<AccessRecord> {
  const key = (await loadMasterKey(environment)).derive('audit');
  return openAccessRecord(join(dataDirectory, 'audit'), key, (error) =>
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
