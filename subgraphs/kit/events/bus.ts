/**
 * The way of a partner's change to those who follow the subgraph's events:
 *
 * 1. kept in the log, which gives it its place in the order of all;
 * 2. left out, when it has been told before;
 * 3. marked as late, when a newer one of its entity came first; what is missing before it is asked for;
 * 4. published.
 *
 * Steps 2 to 4 follow from the log alone, so that all replicas come to the same.
 */
import type { PartnerEvent } from '@commonhold/platform/event-feed/messages.ts';
import { createEventPublisher, type EventPublisher } from '@commonhold/platform/event-feed/publisher.ts';
import type { ServerAddress } from '@commonhold/platform/secrets/server-passwords.ts';
import { LRUCache } from 'lru-cache';
import { GREATEST_KEPT, openEventLog } from './event-log.ts';
import { type AskEntity, createGaps } from './gaps.ts';
import type { EventMetrics } from './metrics.ts';
import { createOrder, type Place } from './order.ts';
import type { PartnerChange } from './partner-change.ts';

export interface EventBus {
  readonly publisher: Pick<EventPublisher, 'open' | 'close'>;
  /** @throws {Error} when it can't be kept: whoever told it has to tell it again */
  accept(change: PartnerChange): Promise<void>;
  /** Tells all who follow that something may have been missed. */
  announceGap(): void;
  close(): Promise<void>;
}

export interface EventBusOptions {
  /** Of the subgraph. */
  readonly name: string;
  readonly redis: ServerAddress | undefined;
  readonly ask: AskEntity;
  readonly metrics: EventMetrics;
}

interface Placed extends Place {
  readonly isDuplicate: boolean;
}

export async function openEventBus({ name, redis, ask, metrics }: EventBusOptions): Promise<EventBus> {
  const publisher = createEventPublisher(GREATEST_KEPT);
  let ids = new LRUCache<string, true>({ max: 2 * GREATEST_KEPT });
  let order = createOrder();
  let newest = '';

  const place = (change: PartnerChange): Placed => {
    const id = `${change.company}/${change.id}`;
    if (ids.has(id)) return { isDuplicate: true, isLate: false, missing: undefined };
    ids.set(id, true);
    return { isDuplicate: false, ...order.place(change) };
  };

  const gaps = createGaps({
    ask,
    fill: (change) => log.append(change),
    ended: (outcome) => metrics.gaps.inc({ outcome }),
  });
  const log = await openEventLog(name, redis, {
    received: (change, cursor) => {
      newest = cursor;
      const { kind, entity, company, sequence } = change;
      const { isDuplicate, isLate, missing } = place(change);
      metrics.events.inc({ kind, order: isDuplicate ? 'duplicate' : isLate ? 'late' : 'in-order' });
      if (isDuplicate) return;
      if (isLate && sequence !== undefined) gaps.came(entity.id, sequence);
      if (missing) gaps.open({ kind, entity, company, ...missing });
      publisher.publish(eventOf(change, cursor, isLate));
    },
    restarted: (origin, changes) => {
      ids = new LRUCache({ max: 2 * GREATEST_KEPT });
      order = createOrder();
      newest = changes.at(-1)?.[1] ?? origin;
      const events = changes.flatMap(([change, cursor]) => {
        const { isDuplicate, isLate } = place(change);
        return isDuplicate ? [] : [eventOf(change, cursor, isLate)];
      });
      publisher.restart(origin, events);
    },
  });
  return {
    publisher,
    accept: (change) => log.append(change),
    announceGap: () => publisher.restart(newest, []),
    close: async () => {
      publisher.close();
      await gaps.close();
      await log.close();
    },
  };
}

function eventOf(change: PartnerChange, cursor: string, isLate: boolean): PartnerEvent {
  const { id, kind, company, entity, alarm, occurredAt } = change;
  return { cursor, id, kind, company, entity, ...(alarm ? { alarm } : {}), occurredAt, isLate };
}
