/** A subgraph's knowledge of changes of access, and what is told of it. */
import { type AccessFeed, type FeedOptions, followAccess } from '@commonhold/platform/access-feed/follow.ts';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Tells `subgraph_access_age_seconds` and counts `subgraph_access_changes_total`. */
export function followMeasured(options: FeedOptions, metrics: Registry): AccessFeed {
  const feed = followAccess(options);
  new Gauge({
    name: 'subgraph_access_age_seconds',
    help: 'How old what is known of changes of access is',
    registers: [metrics],
    collect() {
      this.set(feed.ageSeconds());
    },
  });
  const changes = new Counter({
    name: 'subgraph_access_changes_total',
    help: 'Changes of access that the directory has told of',
    registers: [metrics],
  });
  feed.follow({ changed: () => changes.inc(), lost: () => undefined });
  return feed;
}
