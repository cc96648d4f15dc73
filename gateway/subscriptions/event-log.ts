/** The newest events of one subgraph's partners, so that who was away for a moment goes on where they left off. */
import { randomUUID } from 'node:crypto';
import type { PartnerEvent } from '@commonhold/platform/event-feed/messages.ts';
import { decodeId } from '@commonhold/schema/ids.ts';

export interface LiveEvent extends PartnerEvent {
  /** Ascending. */
  readonly number: number;
  /** The key of the residence that the entity belongs to; undefined: none. */
  readonly residence: string | undefined;
}

export interface EventLog {
  /** @returns undefined: it speaks of another company's object, and is of no use to anybody */
  add(event: PartnerEvent): LiveEvent | undefined;
  /** What was before `cursor` may have been more than is known. */
  restart(cursor: string): void;
  /** Of the newest event; before there is any, one that this process alone knows. */
  cursor(): string;
  /** What came after that cursor; undefined: that isn't known any more. */
  since(cursor: string): readonly LiveEvent[] | undefined;
}

/** @param most events that are kept */
export function createEventLog(most: number): EventLog {
  let kept: LiveEvent[] = [];
  let before: string = randomUUID();
  let numbers = new Map([[before, 0]]);
  let last = 0;
  return {
    add(event) {
      const id = decodeId(event.entity.id);
      if (id?.tenant !== event.company) return undefined;
      last += 1;
      const live = { ...event, number: last, residence: id.residence };
      kept.push(live);
      numbers.set(live.cursor, last);
      if (kept.length > most) {
        // Half at a time, which costs less than one for each that comes.
        before = kept[Math.ceil(most / 2) - 1]?.cursor ?? before;
        kept = kept.slice(Math.ceil(most / 2));
        numbers = new Map([
          [before, (kept[0]?.number ?? 1) - 1],
          ...kept.map((one) => [one.cursor, one.number] as const),
        ]);
      }
      return live;
    },
    restart(cursor) {
      kept = [];
      before = cursor;
      numbers = new Map([[cursor, last]]);
    },
    cursor: () => kept.at(-1)?.cursor ?? before,
    since(cursor) {
      const number = numbers.get(cursor);
      return number === undefined ? undefined : kept.slice(number - (kept[0]?.number ?? 1) + 1);
    },
  };
}
