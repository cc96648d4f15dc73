/**
 * The one call that a subgraph's `main.ts` makes: a definition becomes a running process that only the gateway can talk
 * to, that shows each principal what the SDL's policy lets them see of their own company, and that drains when it ends.
 */
import { type KnownVersions, STALE_SECONDS } from '@commonhold/platform/access-feed/known-versions.ts';
import type { Log } from '@commonhold/platform/log.ts';
import type { Running } from '@commonhold/platform/process.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { Registry } from 'prom-client';
import { createDefects } from './defects.ts';
import { buildExecutableSchema } from './executable-schema.ts';
import { answerErrors } from './server/error-answer.ts';
import { serveGraphql } from './server/graphql-endpoint.ts';
import { serveHealth } from './server/health.ts';
import { createHttpsServer } from './server/https-server.ts';
import { requestContext } from './server/request-context.ts';
import { measureRequests } from './server/request-metrics.ts';
import type { PolicyMode } from './shield/policy-mode.ts';
import type { SubgraphContext, SubgraphDefinition } from './subgraph-definition.ts';
import { createConsentDirectory } from './tenancy/consents.ts';
import { followMeasured } from './tenancy/follow-access.ts';

const DRAIN_MILLISECONDS = 8_000;

export interface SubgraphOptions {
  /** Who the subgraph is: its certificate and key. */
  readonly identity: ServiceIdentity;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Log;
  /** Where everything of this process is counted; served at `/metrics`. */
  readonly metrics: Registry;
  /** How the SDL's policy is carried out. */
  readonly policy: PolicyMode;
  /** Where the directory answers, for consents and changes of access; left out by the directory itself. */
  readonly directoryUrl?: URL;
  /** How old what is known of changes of access may be. */
  readonly staleSeconds?: number;
  /** What is known of them, where it isn't the directory that tells: in the directory itself. */
  readonly access?: KnownVersions;
}

/** Processes that start together wait for each other; one that starts alone says in readiness what it lacks. */
const LONGEST_WAIT_MILLISECONDS = 15_000;

export interface RunningSubgraph extends Running {
  /** Where it listens. */
  readonly port: number;
}

/**
 * Starts a subgraph: `POST /graphql` for the gateway, `/health/live`, `/health/ready`, `/metrics` and the definition's
 * own routes, all behind mutual TLS.
 *
 * @throws {StartupError} when the SDL is broken, a field has no policy, or a resolver fits nothing; Node's own error when
 * the port is in use, which `runProcess` explains.
 *
 * @example
 * await runProcess('communal', async () =>
 *   defineSubgraph(communal(client), { identity, port: COMMUNAL_PORT, log, metrics, directoryUrl, policy }),
 * );
 */
export async function defineSubgraph<Services extends object>(
  definition: SubgraphDefinition<Services>,
  options: SubgraphOptions,
): Promise<RunningSubgraph> {
  const { identity, port, log, metrics, directoryUrl, staleSeconds = STALE_SECONDS } = options;
  const defects = createDefects(metrics);
  const executable = await buildExecutableSchema(definition, defects, options.policy);
  const consents =
    directoryUrl && definition.name !== 'directory'
      ? createConsentDirectory(identity, definition.name, directoryUrl)
      : undefined;
  const feed = directoryUrl && followMeasured({ directoryUrl, identity, staleSeconds }, metrics);
  const access = options.access ?? feed;

  const server = createHttpsServer(identity);
  answerErrors(server, defects, log);
  const countError = measureRequests(server, metrics);
  serveHealth(server, {
    isReady: async () => access?.isStale() !== true && ((await definition.isReady?.()) ?? true),
    metrics,
  });
  serveGraphql(server, {
    identity,
    executable,
    access,
    countError,
    reportUnexpected: (error) => defects.unexpectedError(error, 'execution', log),
    context: (request, reply, principal): SubgraphContext<Services> => {
      const subgraphRequest = requestContext(request, reply, principal, { log, consents });
      return Object.assign(subgraphRequest, definition.services(subgraphRequest));
    },
  });
  definition.routes?.(server);
  const address = new URL(await server.listen({ port, host: 'localhost' }));
  log.info({ port: Number(address.port) }, 'listening');
  // Until then everybody would be refused.
  await feed?.heard(LONGEST_WAIT_MILLISECONDS);

  return {
    port: Number(address.port),
    stop: async () => {
      // While it closes, Fastify answers 503 to what still comes, and lets what is under way finish.
      const impatience = setTimeout(() => server.server.closeAllConnections(), DRAIN_MILLISECONDS);
      await server.close();
      clearTimeout(impatience);
      await Promise.all([consents?.close(), feed?.close()]);
      await definition.close?.();
    },
  };
}
