/**
 * All subscriptions of this process: who may open one, which events reach which, and how they end.
 *
 * 1. A subscription is read, held against the limits, and against what its principal may see. What only a better login
 *    opens is refused at once.
 * 2. Each subgraph's events are followed once. An event goes to the subscriptions of its company, kind and residence.
 * 3. When access changes, those whom it concerns are looked at again.
 */
import type { AccessFeed } from '@commonhold/platform/access-feed/follow.ts';
import type { EventListener } from '@commonhold/platform/event-feed/follow.ts';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { AskAccess } from '../authentication/access.ts';
import { type Principal, rightsOf } from '../authentication/principal.ts';
import type { AuthorizeOperation } from '../authorize.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createAllowance, type SubscriptionLimits } from './allowance.ts';
import { createAudience, isWithin, type Place, placeOf } from './audience.ts';
import { createEventAnswers, type EventAnswersParts, type Subscribed } from './event-answers.ts';
import { createEventLog } from './event-log.ts';
import { LIVE_SUBGRAPHS, type LiveSubgraph } from './live-fields.ts';
import { createLiveOperations } from './live-operation.ts';
import { createSubscription, type LiveSubscription, refused, type Subscription } from './subscription.ts';

export interface LiveParts extends EventAnswersParts {
  readonly schema: GraphQLSchema;
  readonly authorize: AuthorizeOperation;
  readonly askAccess: AskAccess;
  readonly access: Pick<AccessFeed, 'follow'>;
  /** Begins to follow a subgraph's events. */
  readonly follow: (subgraph: LiveSubgraph, listener: EventListener) => { close(): Promise<void> };
  readonly limits: SubscriptionLimits;
  readonly metrics: Metrics;
}

export interface SubscriptionRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What came after it is told first; undefined: from now on. */
  readonly after: string | undefined;
  readonly principal: Principal;
  readonly transport: Transport;
}

export type Transport = 'sse' | 'multipart' | 'websocket';

export interface Live {
  /** @returns undefined: it is no subscription @throws {GraphQLError} that says why it is refused */
  subscribe(request: SubscriptionRequest): Subscription | undefined;
  /** Sends all clients elsewhere, and takes no new ones. */
  drain(): void;
  close(): Promise<void>;
}

/** Some time's worth: whoever was away for longer asks anew. */
const MOST_KEPT_EVENTS = 10_000;

export function createLive(parts: LiveParts): Live {
  const { schema, authorize, askAccess, limits, metrics } = parts;
  const read = createLiveOperations(schema);
  const allow = createAllowance(limits);
  const answers = createEventAnswers(parts);
  const audience = createAudience<LiveSubscription>();
  const open = new Set<LiveSubscription>();
  const sources = LIVE_SUBGRAPHS.map((subgraph) => {
    const log = createEventLog(MOST_KEPT_EVENTS);
    const members = new Set<LiveSubscription>();
    const feed = parts.follow(subgraph, {
      event(told) {
        const event = log.add(told);
        if (!event) return;
        metrics.eventReceived(event.kind);
        for (const subscription of audience.of(event)) subscription.add(event);
      },
      gap(cursor) {
        log.restart(cursor);
        for (const subscription of members) subscription.miss();
      },
    });
    return { subgraph, log, members, feed };
  });
  let isDraining = false;

  parts.access.follow({
    changed(tenant, change) {
      for (const subscription of open) subscription.accessChanged(tenant, change);
    },
    lost: () => undefined,
  });

  /** @throws {GraphQLError} with the status of HTTP and the challenge */
  function assertAllowed({ operation, variables }: Subscribed, principal: Principal): void {
    const { document, errors } = authorize(operation.asked(variables), rightsOf(principal, Date.now()), principal);
    const better = errors.find(({ extensions }) => extensions['code'] === 'INSUFFICIENT_AUTHENTICATION');
    if (better) throw withStatus(better, 401);
    if (!document) throw withStatus(errors[0] ?? refused('You may not see this.', 'FORBIDDEN'), 403);
  }

  function begin(subscribed: Subscribed, { after, principal, transport }: SubscriptionRequest): Subscription {
    const { operation, variables } = subscribed;
    const { event: kind, subgraph } = operation.field;
    const source = sourceOf(subgraph);
    const residence = operation.residence(variables);
    const giveBack = allow(principal);
    let place: Place = placeOf(principal, kind, residence);
    const missing = after === undefined ? [] : source.log.since(after);
    const subscription = createSubscription({
      subscribed,
      principal,
      cursor: (missing && after) ?? source.log.cursor(),
      answers,
      authorize,
      askAccess,
      // What is told from before waits beside what comes.
      mostWaiting: limits.waiting + (missing?.length ?? 0),
      onDelivered: () => metrics.eventDelivered(transport),
      onMissed: () => metrics.eventsMissed(transport),
      onPrincipal: (renewed) => {
        audience.remove(subscription, place);
        place = placeOf(renewed, kind, residence);
        audience.add(subscription, place);
      },
      onEnd: () => {
        audience.remove(subscription, place);
        source.members.delete(subscription);
        open.delete(subscription);
        giveBack();
        metrics.subscriptionEnded(transport);
      },
    });
    metrics.subscriptionBegan(transport);
    open.add(subscription);
    source.members.add(subscription);
    // Nothing comes in between: what is to be told from before stands in the queue when the next event comes.
    if (!missing) subscription.miss();
    for (const event of missing ?? []) if (isWithin(event, place)) subscription.add(event);
    audience.add(subscription, place);
    return subscription;
  }

  function sourceOf(subgraph: LiveSubgraph) {
    const source = sources.find((one) => one.subgraph === subgraph);
    if (!source) throw new TypeError('nothing of this subgraph is followed');
    return source;
  }

  return {
    subscribe(request) {
      const { query, operationName, variables, principal, transport } = request;
      try {
        const operation = read(query, operationName);
        if (!operation) return undefined;
        if (isDraining) throw goElsewhere(503);
        const subscribed = { operation, variables };
        assertAllowed(subscribed, principal);
        return begin(subscribed, request);
      } catch (error) {
        const code = error instanceof GraphQLError ? error.extensions['code'] : 'INTERNAL_SERVER_ERROR';
        metrics.subscriptionRefused(transport, String(code));
        throw error;
      }
    },
    drain() {
      isDraining = true;
      for (const subscription of open) subscription.end(goElsewhere());
    },
    async close() {
      await Promise.all(sources.map(({ feed }) => feed.close()));
    },
  };
}

function goElsewhere(status?: number): GraphQLError {
  return new GraphQLError('This gateway stops. Subscribe again.', {
    extensions: { code: 'RECONNECT', ...(status !== undefined && { http: { status } }) },
  });
}

function withStatus(error: GraphQLError, status: number): GraphQLError {
  const { message, path, extensions } = error;
  const http: unknown = extensions['http'];
  return new GraphQLError(message, {
    ...(path && { path }),
    extensions: { ...extensions, http: { ...(typeof http === 'object' ? http : {}), status } },
  });
}
