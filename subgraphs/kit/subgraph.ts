/**
 * The one call that a subgraph's `main.ts` makes: a definition becomes a running process that only the gateway can talk
 * to, that shows each principal what the SDL's policy lets them see of their own company, and that drains when it ends.
 */
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
import type { SubgraphContext, SubgraphDefinition, SubgraphRequest } from './subgraph-definition.ts';
import { createConsentDirectory } from './tenancy/consents.ts';

const DRAIN_MILLISECONDS = 8_000;

export interface SubgraphOptions {
  /** Who the subgraph is: its certificate and key. */
  readonly identity: ServiceIdentity;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Log;
  /** Where everything of this process is counted; served at `/metrics`. */
  readonly metrics: Registry;
  /** Where the directory answers, for consents; left out by the directory itself. */
  readonly directoryUrl?: URL;
}

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
 *   defineSubgraph(communal(client), { identity, port: COMMUNAL_PORT, log, metrics, directoryUrl }),
 * );
 */
export async function defineSubgraph<Services extends object>(
  definition: SubgraphDefinition<Services>,
  { identity, port, log, metrics, directoryUrl }: SubgraphOptions,
): Promise<RunningSubgraph> {
  const defects = createDefects(metrics);
  const schema = await buildExecutableSchema(definition, defects);
  const consents =
    directoryUrl && definition.name !== 'directory'
      ? createConsentDirectory(identity, definition.name, directoryUrl)
      : undefined;

  const server = createHttpsServer(identity);
  answerErrors(server, defects, log);
  const countError = measureRequests(server, metrics);
  serveHealth(server, { isReady: async () => (await definition.isReady?.()) ?? true, metrics });
  const stopExecuting = await serveGraphql<SubgraphContext<Services>>(server, {
    identity,
    schema,
    countError,
    reportUnexpected: (error) => defects.unexpectedError(error, 'execution', log),
    context: (request, reply, principal) => {
      const subgraphRequest: SubgraphRequest = requestContext(request, reply, principal, { log, consents });
      return { ...subgraphRequest, ...definition.services(subgraphRequest) };
    },
  });
  definition.routes?.(server);
  const address = new URL(await server.listen({ port, host: 'localhost' }));
  log.info({ port: Number(address.port) }, 'ready');

  return {
    port: Number(address.port),
    stop: async () => {
      // While it closes, Fastify answers 503 to what still comes, and lets what is under way finish.
      const impatience = setTimeout(() => server.server.closeAllConnections(), DRAIN_MILLISECONDS);
      await server.close();
      clearTimeout(impatience);
      await stopExecuting();
      await consents?.close();
      await definition.close?.();
    },
  };
}
