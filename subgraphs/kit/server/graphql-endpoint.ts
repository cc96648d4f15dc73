/**
 * `POST /graphql` for the gateway alone.
 *
 * 1. Authenticate, before the body is read.
 * 2. Make the request's context: principal, deadline, loaders.
 * 3. Execute.
 * 4. Let out only errors that were made for clients.
 */
import { ApolloServer } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { internalError, isClientCode, isInternalError } from '../errors.ts';
import { type Principal, parsePrincipal } from '../tenancy/principal.ts';
import { authenticateService, Unauthenticated } from './service-authentication.ts';

const GREATEST_TOKENS = 50_000;

export interface GraphqlEndpoint<Context extends object> {
  readonly identity: ServiceIdentity;
  readonly schema: GraphQLSchema;
  /** Makes the context of one request. */
  context(request: FastifyRequest, reply: FastifyReply, principal: Principal): Context;
  countError(code: string): void;
  /** Records what broke outside of a resolver, such as a null where the SDL allows none. */
  reportUnexpected(error: unknown): void;
}

/** Adds the route to `server`. @returns how to stop executing. */
export async function serveGraphql<Context extends object>(
  server: FastifyInstance,
  endpoint: GraphqlEndpoint<Context>,
): Promise<() => Promise<void>> {
  const apollo = new ApolloServer<Context>({
    schema: endpoint.schema,
    introspection: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    status400ForVariableCoercionErrors: true,
    stopOnTerminationSignals: false,
    maxRecursiveSelections: true,
    parseOptions: { maxTokens: GREATEST_TOKENS },
    logger: SILENT,
    // It would answer a request header with the times of all resolvers.
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    formatError: ({ message, locations, path, extensions }, error) => {
      const code = extensions?.['code'];
      endpoint.countError(isClientCode(code) ? code : 'INTERNAL_SERVER_ERROR');
      const cause = unwrapResolverError(error);
      if (!isClientCode(code) && !isInternalError(cause)) endpoint.reportUnexpected(cause);
      const shown = isClientCode(code) ? { message, extensions: { code } } : internalError().toJSON();
      return { ...shown, ...(locations && { locations }), ...(path && { path }) } satisfies GraphQLFormattedError;
    },
  });
  await apollo.start();
  const principals = new WeakMap<FastifyRequest, Principal>();
  server.route({
    method: 'POST',
    url: '/graphql',
    onRequest: async (request) => {
      principals.set(request, await authenticateGateway(request, endpoint.identity));
    },
    handler: fastifyApolloHandler(apollo, {
      context: async (request, reply) => {
        const principal = principals.get(request);
        if (!principal) throw new Unauthenticated();
        return endpoint.context(request, reply, principal);
      },
    }),
  });
  return () => apollo.stop();
}

async function authenticateGateway(request: FastifyRequest, identity: ServiceIdentity): Promise<Principal> {
  const claims = await authenticateService(request, identity, ['gateway']);
  try {
    return parsePrincipal(claims);
  } catch {
    throw new Unauthenticated();
  }
}

/** Apollo Server's own lines hold messages of errors; what is worth recording is recorded by `defects.ts`. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
