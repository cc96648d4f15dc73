/**
 * Follows the events of one subgraph's partners, over one long answer that is asked for again, from where it left off,
 * whenever it ends.
 */
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { ServiceIdentity, ServiceName } from '../tls/identity.ts';
import { tlsTowards } from '../tls/peer.ts';
import { mintServiceToken } from '../tls/service-token.ts';
import { type PartnerEvent, parseEventMessage } from './messages.ts';

export interface EventFeed {
  /** Resolves when the subgraph has been heard, or after `milliseconds`. */
  heard(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface EventListener {
  /** Each event, once, in the order in which the subgraph accepted it. */
  event(event: PartnerEvent): void;
  /** What happened before `cursor` may never come: what is shown has to be asked for anew. */
  gap(cursor: string): void;
}

export interface FollowEventsOptions {
  readonly subgraph: Extract<ServiceName, 'smart-home' | 'communal'>;
  /** Of the subgraph, such as `https://localhost:4202`. */
  readonly url: URL | string;
  readonly identity: ServiceIdentity;
  /** What happened after this event; left out: from now on. */
  readonly after?: string | undefined;
  readonly listener: EventListener;
}

const LONGEST_SILENCE_MILLISECONDS = 5_000;
const SHORTEST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 1_000;

/**
 * @example
 * const feed = followEvents({ subgraph: 'smart-home', url, identity, listener: { event: deliver, gap: askAnew } });
 */
export function followEvents({ subgraph, url, identity, after, listener }: FollowEventsOptions): EventFeed {
  const closing = new AbortController();
  const first = Promise.withResolvers<void>();
  let position = after;
  let isHeard = false;

  /** @throws {Error} when the line makes no sense: whatever follows it can't be gone by. */
  function receive(line: string): void {
    const message = parseEventMessage(line);
    const isFirst = position === undefined;
    position = 'event' in message ? message.event.cursor : message.cursor;
    isHeard = true;
    first.resolve();
    if ('event' in message) listener.event(message.event);
    // Who listens already may have waited for what happened before.
    else if ('gap' in message || isFirst) listener.gap(message.cursor);
  }

  /** One stream, from its beginning to its end. */
  async function read(): Promise<void> {
    const token = await mintServiceToken(identity, subgraph, {});
    const from = new URL('/events', url);
    if (position !== undefined) from.searchParams.set('after', position);
    await new Promise<void>((resolve) => {
      const asking = request(from, {
        ...tlsTowards(identity, subgraph),
        agent: false,
        headers: { authorization: `Bearer ${token}` },
        timeout: LONGEST_SILENCE_MILLISECONDS,
        signal: closing.signal,
      });
      asking.once('close', resolve);
      asking.once('timeout', () => asking.destroy());
      asking.on('error', () => undefined);
      asking.once('response', (response) => {
        // How it ends doesn't matter: that it has ended does.
        response.on('error', () => undefined);
        if (response.statusCode !== 200) return asking.destroy();
        const lines = createInterface({ input: response });
        lines.on('error', () => undefined);
        lines.on('line', (line) => {
          if (asking.destroyed) return;
          try {
            receive(line);
          } catch {
            asking.destroy();
          }
        });
        return undefined;
      });
      asking.end();
    });
  }

  async function readAgainAndAgain(): Promise<void> {
    let pause = SHORTEST_PAUSE_MILLISECONDS;
    while (!closing.signal.aborted) {
      isHeard = false;
      await read();
      pause = isHeard ? SHORTEST_PAUSE_MILLISECONDS : Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
      await wait(pause * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const reading = readAgainAndAgain();
  return {
    heard: (milliseconds) => Promise.race([first.promise, wait(milliseconds, undefined, { ref: false })]),
    close: async () => {
      closing.abort();
      await reading;
    },
  };
}
