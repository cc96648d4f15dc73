/** Tells any number of followers what has changed, each over a stream of its own. */
import { Readable } from 'node:stream';
import type { KnownVersions } from './known-versions.ts';
import { type AccessChange, formatMessage } from './messages.ts';

export interface Publisher extends KnownVersions {
  /**
   * Another follower's stream, which it is told everything on from now on.
   *
   * @param detail `versions`: without whom a change concerns
   */
  open(detail: 'changes' | 'versions'): Readable;
  /** The version that a company has had before anybody followed. */
  set(tenant: string, version: number): void;
  publish(tenant: string, version: number, change: AccessChange): void;
  /** Says that everything is told that had changed at the instant `asOf` of `performance.now()`. */
  beat(asOf: number): void;
  /** Ends all streams: who follows begins anew, and knows nothing until then. */
  cut(): void;
}

/** A follower that leaves more than this unread is cut off. */
const GREATEST_BACKLOG_BYTES = 256 * 1024;
/** So that a follower's right to follow is looked at again. */
const LONGEST_STREAM_MILLISECONDS = 10 * 60_000;

interface Follower {
  readonly stream: Readable;
  readonly detail: 'changes' | 'versions';
  readonly openedAt: number;
}

export function createPublisher(staleSeconds: number): Publisher {
  const versions = new Map<string, number>();
  const followers = new Set<Follower>();
  let knownAsOf = Number.NEGATIVE_INFINITY;
  const tell = ({ stream }: Follower, line: string): void => {
    stream.push(line);
    if (stream.readableLength > GREATEST_BACKLOG_BYTES) stream.destroy();
  };
  /** Nothing can be told to it after that. */
  const end = (follower: Follower): void => {
    followers.delete(follower);
    follower.stream.push(null);
  };
  const age = (): number => performance.now() - knownAsOf;
  return {
    open(detail) {
      const stream = new Readable({ read: () => undefined });
      const follower = { stream, detail, openedAt: performance.now() };
      followers.add(follower);
      stream.once('close', () => followers.delete(follower));
      tell(follower, formatMessage({ kind: 'hello', age: age(), versions: Object.fromEntries(versions) }));
      return stream;
    },
    set: (tenant, version) => versions.set(tenant, version),
    publish(tenant, version, change) {
      versions.set(tenant, version);
      for (const follower of followers) {
        const told = follower.detail === 'changes' ? { tenant, version, change } : { tenant, version };
        tell(follower, formatMessage({ kind: 'change', ...told }));
      }
    },
    beat(asOf) {
      knownAsOf = asOf;
      for (const follower of followers) {
        const elapsed = asOf - follower.openedAt;
        if (elapsed > LONGEST_STREAM_MILLISECONDS) end(follower);
        else if (elapsed >= 0) tell(follower, formatMessage({ kind: 'heartbeat', elapsed }));
      }
    },
    cut() {
      versions.clear();
      for (const follower of followers) end(follower);
    },
    versionOf: (tenant) => versions.get(tenant) ?? 0,
    isStale: () => age() > staleSeconds * 1000,
    ageSeconds: () => age() / 1000,
  };
}
