/**
 * Which changes of an entity come in their order: by the partner's count where there is one, otherwise by its clock.
 *
 * A change is late when a newer one of its entity came before it. A count that begins anew isn't taken for late, since its
 * clock goes on. What is told of an entity for the first time has nothing before it that could be missing.
 */
import { LRUCache } from 'lru-cache';
import type { PartnerChange } from './partner-change.ts';

export interface Place {
  readonly isLate: boolean;
  /** The numbers that should have come before it. */
  readonly missing: { readonly from: number; readonly to: number } | undefined;
}

export interface Order {
  /** Where the change stands among those that came before. Each is given once, in the order in which they came. */
  place(change: Pick<PartnerChange, 'entity' | 'occurredAt' | 'sequence'>): Place;
}

interface Newest {
  readonly sequence: number | undefined;
  readonly occurredAt: number;
}

/** Of an entity that is forgotten, the next change counts as the first. */
const GREATEST_ENTITIES = 50_000;

export function createOrder(): Order {
  const entities = new LRUCache<string, Newest>({ max: GREATEST_ENTITIES });
  return {
    place: ({ entity, occurredAt, sequence }) => {
      const time = Date.parse(occurredAt);
      const known = entities.get(entity.id);
      const isBehind = known !== undefined && time <= known.occurredAt;
      const isCounted = sequence !== undefined && known?.sequence !== undefined;
      if (isCounted ? isBehind && sequence <= known.sequence : isBehind && time < known.occurredAt) {
        return { isLate: true, missing: undefined };
      }
      entities.set(entity.id, { sequence: sequence ?? known?.sequence, occurredAt: time });
      const isGap = isCounted && sequence > known.sequence + 1;
      return { isLate: false, missing: isGap ? { from: known.sequence + 1, to: sequence - 1 } : undefined };
    },
  };
}
