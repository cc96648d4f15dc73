/**
 * One subscription, from its beginning to its end.
 *
 * 1. Events wait in its queue, and what they will say is found out ahead, a few at a time.
 * 2. Before each is told it is looked whether the right to it still stands, and what it is by now.
 * 3. It ends when its client goes, when nothing of it may be seen any more, when its token is over, or when the gateway
 *    stops.
 *
 * With each message goes a cursor: after it comes all that this subscriber hasn't been told. An alarm that went before
 * others has the cursor of what was told before these, so that nothing is lost, and only the alarm told twice, when the
 * client goes on from there.
 */
import { randomUUID } from 'node:crypto';
import type { AccessChange } from '@commonhold/platform/access-feed/messages.ts';
import { GraphQLError } from 'graphql';
import type { AskAccess } from '../authentication/access.ts';
import { isConcerned } from '../authentication/kept-access.ts';
import { type Principal, rightsOf } from '../authentication/principal.ts';
import { createStandingCheck } from '../authentication/standing.ts';
import type { AuthorizeOperation } from '../authorize.ts';
import type { EventAnswers, Subscribed } from './event-answers.ts';
import type { LiveEvent } from './event-log.ts';
import { createEventQueue } from './event-queue.ts';
import type { LiveOperation } from './live-operation.ts';

export interface Message {
  /** JSON of an answer of GraphQL, in one line. */
  readonly text: string;
  /** Where to go on when this was the last one. */
  readonly cursor: string;
}

export interface Subscription {
  readonly operation: LiveOperation;
  /** Where to go on before anything was told. */
  readonly cursor: string;
  /** What is told, when it is asked for. @throws {GraphQLError} that says why it ends */
  messages(): AsyncGenerator<Message, void>;
  /** Aborted when it has ended, whether or not that has been told. */
  readonly over: AbortSignal;
  /** @param error why; left out: the client wants no more */
  end(error?: GraphQLError): void;
  /** The same client has shown a newer token. */
  renew(principal: Principal): void;
}

export interface LiveSubscription extends Subscription {
  add(event: LiveEvent): void;
  /** Events may have been lost before they came here. */
  miss(): void;
  /** Looks again whether it may go on. */
  accessChanged(tenant: string, change: AccessChange): void;
}

export interface SubscriptionParts {
  readonly subscribed: Subscribed;
  readonly principal: Principal;
  readonly cursor: string;
  readonly answers: EventAnswers;
  readonly authorize: AuthorizeOperation;
  readonly askAccess: AskAccess;
  readonly mostWaiting: number;
  readonly onDelivered: () => void;
  readonly onMissed: () => void;
  /** Told when what somebody may do has changed. */
  readonly onPrincipal: (principal: Principal) => void;
  readonly onEnd: () => void;
}

/** How many events' answers are asked for before their turn: a subscriber is told as many at once as come at once. */
const AHEAD = 32;
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

export function createSubscription(parts: SubscriptionParts): LiveSubscription {
  const { subscribed, answers, authorize, askAccess, onDelivered, onMissed } = parts;
  const requestId = randomUUID();
  const queue = createEventQueue(parts.mostWaiting);
  let principal = parts.principal;
  let check = standingOf(principal);
  let expiry = expiresWith(principal);
  let cursor = parts.cursor;
  const over = new AbortController();

  function standingOf(of: Principal) {
    return createStandingCheck({ principal: of, requestId, askAccess, mayGoOn: () => true });
  }

  function expiresWith({ expiresAt }: Principal): NodeJS.Timeout {
    const milliseconds = Math.min(Math.max(0, expiresAt - Date.now()), LONGEST_TIMER_MILLISECONDS);
    return setTimeout(() => end(tokenOver()), milliseconds).unref();
  }

  /** @throws {GraphQLError} when nothing of it may be seen any more */
  async function stand(): Promise<Principal> {
    const standing = await check();
    if (standing.kind === 'fallen') throw refused(standing.message, standing.code);
    const now = standing.principal;
    if (!now || now === principal || over.signal.aborted) return principal;
    principal = now;
    parts.onPrincipal(now);
    const asked = subscribed.operation.asked(subscribed.variables);
    if (!authorize(asked, rightsOf(now, Date.now()), now).document) {
      throw refused('A right that this needs was removed meanwhile.', 'FORBIDDEN');
    }
    return principal;
  }

  function end(error?: GraphQLError): void {
    queue.end(error);
    if (over.signal.aborted) return;
    over.abort();
    clearTimeout(expiry);
    parts.onEnd();
  }

  /** What is waiting and older goes before the cursor. */
  function passed(event: LiveEvent): void {
    if (queue.oldest() > event.number) cursor = event.cursor;
  }

  function missed(): Message {
    onMissed();
    const extensions = { code: 'EVENTS_MISSED', cursor };
    return { text: JSON.stringify({ errors: [{ message: MISSED, extensions }], extensions: { cursor } }), cursor };
  }

  async function* messages(): AsyncGenerator<Message, void> {
    try {
      for (;;) {
        const taken = await queue.take();
        if (taken.kind === 'ended') {
          if (taken.error) throw taken.error;
          return;
        }
        if (taken.kind === 'missed') {
          yield missed();
          continue;
        }
        const { event } = taken;
        const ahead = queue.at(AHEAD - 1);
        if (ahead) answers.prepare(ahead, subscribed, principal);
        const answer = await answers.answer(event, subscribed, await stand());
        if (answer.kind === 'unresolved') yield missed();
        passed(event);
        if (answer.kind !== 'told') continue;
        onDelivered();
        yield { text: `${answer.text.slice(0, -1)},"extensions":${JSON.stringify({ cursor })}}`, cursor };
      }
    } finally {
      end();
    }
  }

  return {
    operation: subscribed.operation,
    cursor,
    messages,
    over: over.signal,
    end,
    renew(newer) {
      if (over.signal.aborted) return;
      clearTimeout(expiry);
      principal = newer;
      check = standingOf(newer);
      expiry = expiresWith(newer);
      parts.onPrincipal(newer);
    },
    add(event) {
      queue.add(event);
      if (queue.size() <= AHEAD) answers.prepare(event, subscribed, principal);
    },
    miss: () => queue.miss(),
    accessChanged(tenant, change) {
      if (tenant !== principal.tenant || !isConcerned(principal, change)) return;
      stand().catch((error: unknown) => {
        // Whether it still stands is looked at again before anything is told.
        const isKnown = error instanceof GraphQLError && error.extensions['code'] !== 'SUBGRAPH_UNAVAILABLE';
        if (isKnown) end(error);
      });
    },
  };
}

const MISSED = 'Events were not told. Ask anew for what you show.';

/** Why a subscription ends, as a client is told. */
export function refused(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

export function tokenOver(): GraphQLError {
  return refused('The access token is over. Subscribe again with a new one.', 'UNAUTHENTICATED');
}
