/** For tests: follows a subgraph's events as the gateway does, and keeps what it was told. */
import { setTimeout as wait } from 'node:timers/promises';
import { followEvents } from '@commonhold/platform/event-feed/follow.ts';
import type { PartnerEvent } from '@commonhold/platform/event-feed/messages.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';

export interface FollowedEvents {
  readonly events: readonly PartnerEvent[];
  readonly gaps: readonly string[];
  /** Resolves with the first event that fits. @throws {Error} when none comes in five seconds */
  until(fits: (event: PartnerEvent) => boolean): Promise<PartnerEvent>;
  /** The same for a gap. */
  untilGap(): Promise<string>;
  close(): Promise<void>;
}

const PATIENCE_MILLISECONDS = 5_000;

export async function followForTests(
  subgraph: 'smart-home' | 'communal',
  url: string,
  identity: ServiceIdentity,
  after?: string,
): Promise<FollowedEvents> {
  const events: PartnerEvent[] = [];
  const gaps: string[] = [];
  const listener = { event: (event: PartnerEvent) => events.push(event), gap: (cursor: string) => gaps.push(cursor) };
  const feed = followEvents({ subgraph, url, identity, after, listener });
  await feed.heard(PATIENCE_MILLISECONDS);
  // Whoever begins without a cursor is told of what came before.
  if (after === undefined) gaps.length = 0;
  return {
    events,
    gaps,
    until: (fits) => soon(() => events.find(fits)),
    untilGap: () => soon(() => gaps[0]),
    close: feed.close,
  };
}

async function soon<Value>(look: () => Value | undefined): Promise<Value> {
  for (const began = Date.now(); Date.now() - began < PATIENCE_MILLISECONDS; await wait(10)) {
    const found = look();
    if (found !== undefined) return found;
  }
  throw new Error('it did not come');
}
