/**
 * `POST /graphql` for the gateway alone.
 *
 * 1. Authenticate, before the body is read; what the token says of somebody has to be still so. Long lists of residences
 *    come in the body, and have to be those that the token was signed for.
 * 2. Find the operation: it is parsed, validated and compiled when its text comes for the first time.
 * 3. Make the request's context: principal, deadline, loaders.
 * 4. Execute, and answer with the text that comes of it; only errors that were made for clients are let out.
 */
import type { KnownVersions } from '@commonhold/platform/access-feed/known-versions.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import type { ExecutableSchema } from '../executable-schema.ts';
import { createDocuments } from '../execution/documents.ts';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import type { Principal } from '../tenancy/principal.ts';
import { assertCurrent } from './current-access.ts';
import { type ErrorRecords, formatErrors, type RequestProblem } from './graphql-errors.ts';
import { createKnownTokens, type VerifiedToken } from './known-tokens.ts';
import { Unauthenticated } from './service-authentication.ts';

/** An operation with its entities, and beside it ten thousand residences. Nobody without a token gets to send it. */
const GREATEST_BODY_BYTES = 4 * 1024 * 1024;

export interface GraphqlEndpoint extends ErrorRecords {
  readonly identity: ServiceIdentity;
  readonly executable: ExecutableSchema;
  /** What is known of changes of access; undefined: nothing, and tokens are taken as they are. */
  readonly access: KnownVersions | undefined;
  /** Makes the context of one request. */
  context(request: FastifyRequest, reply: FastifyReply, principal: Principal): SubgraphRequest;
}

const graphqlRequest = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** Adds the route to `server`. */
export function serveGraphql(server: FastifyInstance, endpoint: GraphqlEndpoint): void {
  const { schema, guard } = endpoint.executable;
  const prepare = createDocuments(schema, guard);
  const known = createKnownTokens(endpoint.identity);
  const tokens = new WeakMap<FastifyRequest, VerifiedToken>();
  server.route({
    method: 'POST',
    url: '/graphql',
    bodyLimit: GREATEST_BODY_BYTES,
    onRequest: async (request) => {
      const token = await known.of(request);
      if (endpoint.access) assertCurrent(endpoint.access, token.tenant, token.accessVersion);
      tokens.set(request, token);
    },
    handler: async (request, reply) => {
      const principal = tokens.get(request)?.principal(request.body);
      if (!principal) throw new Unauthenticated();
      reply.header('cache-control', 'no-store').type(mediaType(request.headers.accept));
      const refuse = (problem: RequestProblem, errors: readonly GraphQLError[]): FastifyReply =>
        reply.code(400).send(JSON.stringify({ errors: formatErrors(errors, endpoint, problem) }));

      const asked = graphqlRequest.safeParse(request.body);
      if (!asked.success) throw new NotGraphql();
      const { query, operationName, variables } = asked.data;
      const prepared = prepare(query, operationName);
      if (prepared.kind !== 'ready') return refuse(PROBLEMS[prepared.kind], prepared.errors);
      const context = endpoint.context(request, reply, principal);
      const executed = await prepared.operation.execute({ context, variables });
      if (executed.kind !== 'executed') return refuse(PROBLEMS[executed.kind], executed.errors);
      const { data, errors } = executed;
      return reply.send(inBytes(answer(data, formatErrors(errors, endpoint))));
    },
  });
}

function answer(data: string, errors: readonly GraphQLFormattedError[]): string {
  return errors.length === 0 ? `{"data":${data}}` : `{"errors":${JSON.stringify(errors)},"data":${data}}`;
}

const LARGE = 16 * 1024;

/** A large text becomes bytes once; Node would go through it for its length, and again for its bytes. */
function inBytes(text: string): string | Buffer {
  return text.length < LARGE ? text : Buffer.from(text);
}

const PROBLEMS = {
  'not GraphQL': 'GRAPHQL_PARSE_FAILED',
  'not of the schema': 'GRAPHQL_VALIDATION_FAILED',
  'unknown operation': 'OPERATION_RESOLUTION_FAILURE',
  'wrong variables': 'BAD_USER_INPUT',
} as const satisfies Record<string, RequestProblem>;

/** The body is no request of GraphQL over HTTP. */
class NotGraphql extends Error {
  override readonly name = 'NotGraphql';
  readonly statusCode = 400;
}

const GRAPHQL_RESPONSE = 'application/graphql-response+json; charset=utf-8';

function mediaType(accept: string | undefined): string {
  return accept?.includes('application/graphql-response+json') ? GRAPHQL_RESPONSE : 'application/json; charset=utf-8';
}
