/**
 * What one subscriber hasn't been told yet: a bounded number of events, alarms first. When there are more, all but the
 * alarms are dropped at once, and the subscriber is told so.
 */
import type { GraphQLError } from 'graphql';
import type { LiveEvent } from './event-log.ts';

export type Taken =
  | { readonly kind: 'event'; readonly event: LiveEvent }
  /** There were more. */
  | { readonly kind: 'missed' }
  /** `error` says why; undefined: the client wants no more. */
  | { readonly kind: 'ended'; readonly error: GraphQLError | undefined };

export interface EventQueue {
  add(event: LiveEvent): void;
  miss(): void;
  end(error?: GraphQLError): void;
  /** Waits for what is next. To be called again when it has come. */
  take(): Promise<Taken>;
  /** What waits behind so many others. */
  at(index: number): LiveEvent | undefined;
  size(): number;
  /** The number of the oldest; infinite where none waits. */
  oldest(): number;
}

export function createEventQueue(most: number): EventQueue {
  let alarms: LiveEvent[] = [];
  let others: LiveEvent[] = [];
  let hasMissed = false;
  let ended: Extract<Taken, { readonly kind: 'ended' }> | undefined;
  let wake: (() => void) | undefined;

  const find = (): Taken | undefined => {
    if (ended) return ended;
    if (hasMissed) {
      hasMissed = false;
      return { kind: 'missed' };
    }
    const event = alarms.shift() ?? others.shift();
    return event && { kind: 'event', event };
  };
  const changed = (): void => {
    wake?.();
    wake = undefined;
  };

  return {
    add(event) {
      if (ended) return;
      if (alarms.length + others.length >= most) {
        others = [];
        if (alarms.length >= most) alarms = [];
        hasMissed = true;
      }
      (event.alarm ? alarms : others).push(event);
      changed();
    },
    miss() {
      hasMissed = true;
      changed();
    },
    end(error) {
      ended ??= { kind: 'ended', error };
      changed();
    },
    async take() {
      for (;;) {
        const found = find();
        if (found) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    at: (index) => alarms[index] ?? others[index - alarms.length],
    size: () => alarms.length + others.length,
    oldest: () =>
      Math.min(alarms[0]?.number ?? Number.POSITIVE_INFINITY, others[0]?.number ?? Number.POSITIVE_INFINITY),
  };
}
