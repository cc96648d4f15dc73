/**
 * Follows the directory's changes of access, over one long answer that is asked for again whenever it ends.
 *
 * How recent the knowledge is needs no clock in common: the directory says how long after it was asked it looked, and
 * that is counted from the moment at which it was asked. What was held up on its way is as old as it is.
 */
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { ServiceIdentity } from '../tls/identity.ts';
import { tlsTowards } from '../tls/peer.ts';
import { mintServiceToken } from '../tls/service-token.ts';
import type { KnownVersions } from './known-versions.ts';
import { type AccessChange, parseMessage } from './messages.ts';

export interface AccessFeed extends KnownVersions {
  /** Whether changes come as they happen: what is known now can be gone by until one comes. */
  isLive(): boolean;
  /** Who is told of each change. What it knew from before is outdated when the stream is lost. */
  follow(listener: FeedListener): void;
  /** Resolves when the directory has been heard, or after `milliseconds`. */
  heard(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface FeedListener {
  changed(tenant: string, change: AccessChange): void;
  lost(): void;
}

export interface FeedOptions {
  /** Of the directory, such as `https://localhost:4201`. */
  readonly directoryUrl: URL | string;
  readonly identity: ServiceIdentity;
  readonly staleSeconds: number;
}

/** Some heartbeats may be late; then the directory is asked rather than trusted to have told. */
const LIVE_MILLISECONDS = 2_000;
const LONGEST_SILENCE_MILLISECONDS = 5_000;
const SHORTEST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 500;

export function followAccess({ directoryUrl, identity, staleSeconds }: FeedOptions): AccessFeed {
  const url = new URL('/changes', directoryUrl);
  const closing = new AbortController();
  const listeners: FeedListener[] = [];
  const first = Promise.withResolvers<void>();
  const latestHello = Math.min(LIVE_MILLISECONDS, (staleSeconds * 1000) / 2);
  let versions = new Map<string, number>();
  let isConnected = false;
  let knownAsOf = Number.NEGATIVE_INFINITY;
  const age = (): number => performance.now() - knownAsOf;

  /** @throws {Error} when the line makes no sense: whatever follows it can't be gone by. */
  function receive(line: string, askedAt: number): void {
    const message = parseMessage(line);
    if (message.kind === 'hello') {
      // Times are counted from when it was asked for, so all that this stream tells would be as late as its beginning.
      if (performance.now() - askedAt > latestHello) throw new Error('late');
      versions = new Map(Object.entries(message.versions));
      knownAsOf = askedAt - message.age;
      isConnected = true;
      first.resolve();
    } else if (!isConnected) {
      throw new Error('no hello');
    } else if (message.kind === 'heartbeat') {
      knownAsOf = askedAt + message.elapsed;
    } else {
      const { tenant, version } = message;
      const isNext = version === (versions.get(tenant) ?? 0) + 1;
      versions.set(tenant, version);
      const change: AccessChange = isNext ? message.change : { kind: 'everything' };
      for (const listener of listeners) listener.changed(tenant, change);
    }
  }

  /** One stream, from its beginning to its end. */
  async function read(): Promise<void> {
    const askedAt = performance.now();
    const token = await mintServiceToken(identity, 'directory', {});
    await new Promise<void>((resolve) => {
      const asking = request(url, {
        ...tlsTowards(identity, 'directory'),
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
          try {
            receive(line, askedAt);
          } catch {
            lines.close();
            asking.destroy();
          }
        });
        return undefined;
      });
      asking.end();
    });
    if (!isConnected) return;
    isConnected = false;
    for (const listener of listeners) listener.lost();
  }

  async function readAgainAndAgain(): Promise<void> {
    let pause = SHORTEST_PAUSE_MILLISECONDS;
    while (!closing.signal.aborted) {
      const before = knownAsOf;
      await read();
      pause = knownAsOf !== before ? SHORTEST_PAUSE_MILLISECONDS : Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
      await wait(pause * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const reading = readAgainAndAgain();
  return {
    isLive: () => isConnected && age() < LIVE_MILLISECONDS,
    isStale: () => age() > staleSeconds * 1000,
    ageSeconds: () => age() / 1000,
    versionOf: (tenant) => versions.get(tenant) ?? 0,
    follow: (listener) => listeners.push(listener),
    heard: (milliseconds) => Promise.race([first.promise, wait(milliseconds, undefined, { ref: false })]),
    close: async () => {
      closing.abort();
      await reading;
    },
  };
}
