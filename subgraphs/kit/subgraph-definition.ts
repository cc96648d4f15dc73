/**
 * What a subgraph is made of, as `defineSubgraph` takes it, and what its resolvers are given for each request.
 */
import type { Log } from '@commonhold/platform/log.ts';
import type { ServiceName } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import type { Consents } from './tenancy/consents.ts';
import type { Principal } from './tenancy/principal.ts';

/** One request from the gateway. */
export interface SubgraphRequest {
  readonly principal: Principal;
  /** Follows a request through gateway, subgraphs and partners. */
  readonly requestId: string;
  /** Instant, in milliseconds since the epoch, by which the answer is of no use any more. */
  readonly deadline: number;
  /** Aborted when the gateway has gone or the deadline is over. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Which residences the principal's company may have processed by a partner now; asks the directory once a request. */
  readonly consents: Consents;
}

/**
 * @typeParam Services what the subgraph adds to each request's context: its loaders, made anew for each request so that
 * nothing is ever shared between two companies.
 */
export interface SubgraphDefinition<Services extends object> {
  readonly name: Extract<ServiceName, 'directory' | 'smart-home' | 'communal'>;
  /** The SDL, in one or more files. Every field, or its type, carries a policy; otherwise the start fails. */
  readonly schemaFiles: readonly URL[];
  readonly resolvers: Readonly<Record<string, object>>;
  /** Makes the loaders of one request. */
  services(request: SubgraphRequest): Services;
  /** Routes for other services beside `/graphql`, such as the directory's `/access`. */
  routes?(server: FastifyInstance): void;
  /** Whether it can answer now, such as whether its database does; for `/health/ready`. */
  isReady?(): Promise<boolean>;
  /** Closes what the subgraph opened, after the last request has ended. */
  close?(): Promise<void>;
}

/** What a resolver gets as its context. */
export type SubgraphContext<Services extends object> = SubgraphRequest & Services;
