/**
 * Tells any number of followers of a subgraph's events, each over a stream of its own and at its own pace, from what is
 * kept in memory: the newest events, a bounded number of them.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { formatEventMessage, type PartnerEvent } from './messages.ts';

export interface EventPublisher {
  /** Another follower's stream: all that comes after the event with this cursor, or from now on. */
  open(after: string | undefined): Readable;
  publish(event: PartnerEvent): void;
  /**
   * What was told so far isn't known any more: all followers learn of a gap.
   *
   * @param origin cursor of the last event before `events`
   * @param events those that are known now, which nobody is told who follows already
   */
  restart(origin: string, events: readonly PartnerEvent[]): void;
  /** Ends all streams: who follows goes on at another replica, or later. */
  close(): void;
}

const HEARTBEAT_MILLISECONDS = 1_000;
/** So that a follower's right to follow is looked at again. */
const LONGEST_STREAM_MILLISECONDS = 10 * 60_000;

interface Follower {
  readonly stream: Readable;
  readonly openedAt: number;
  /** Number of the next event to tell; those before `firstNumber` have been forgotten. */
  next: number;
  isGap: boolean;
  /** Whether it takes more at the moment. */
  isReading: boolean;
}

/** @param greatestKept events; a follower that falls behind further is told of a gap */
export function createEventPublisher(greatestKept: number): EventPublisher {
  const followers = new Set<Follower>();
  let kept: PartnerEvent[] = [];
  let firstNumber = 0;
  /** Cursor of what stands before the first that is kept. */
  let before: string = randomUUID();
  const end = (): number => firstNumber + kept.length;
  const newest = (): string => kept.at(-1)?.cursor ?? before;

  function push(follower: Follower, line: string): void {
    follower.isReading = follower.stream.push(line);
  }

  function tell(follower: Follower): void {
    while (follower.isReading) {
      if (follower.isGap || follower.next < firstNumber) {
        follower.isGap = false;
        follower.next = end();
        push(follower, formatEventMessage({ gap: true, cursor: newest() }));
        continue;
      }
      const event = kept[follower.next - firstNumber];
      if (!event) return;
      follower.next += 1;
      push(follower, formatEventMessage({ event }));
    }
  }

  /** Nothing can be told to it after that. */
  function finish(follower: Follower): void {
    followers.delete(follower);
    follower.isReading = false;
    follower.stream.push(null);
  }

  const beating = setInterval(() => {
    for (const follower of followers) {
      if (performance.now() - follower.openedAt > LONGEST_STREAM_MILLISECONDS) finish(follower);
      // One that doesn't read has something before it that it hasn't read yet.
      else if (follower.isReading) push(follower, formatEventMessage({ heartbeat: true, cursor: newest() }));
    }
  }, HEARTBEAT_MILLISECONDS).unref();

  return {
    open(after) {
      const found = after === undefined || after === newest() ? kept.length - 1 : positionOf(kept, before, after);
      const stream = new Readable({
        read: () => {
          follower.isReading = true;
          tell(follower);
        },
      });
      const follower: Follower = {
        stream,
        openedAt: performance.now(),
        next: firstNumber + (found ?? 0) + 1,
        isGap: found === undefined,
        isReading: true,
      };
      followers.add(follower);
      stream.once('close', () => followers.delete(follower));
      const reached = kept[follower.next - firstNumber - 1]?.cursor ?? before;
      if (!follower.isGap) push(follower, formatEventMessage({ heartbeat: true, cursor: reached }));
      tell(follower);
      return stream;
    },
    publish(event) {
      kept.push(event);
      if (kept.length > greatestKept) {
        // Half at a time: an array that is moved by one for each event costs more the longer it is.
        const gone = Math.ceil(greatestKept / 2);
        before = kept[gone - 1]?.cursor ?? before;
        firstNumber += gone;
        kept = kept.slice(gone);
      }
      for (const follower of followers) tell(follower);
    },
    restart(origin, events) {
      firstNumber = end();
      kept = [...events];
      before = origin;
      for (const follower of followers) {
        follower.isGap = true;
        tell(follower);
      }
    },
    close() {
      clearInterval(beating);
      for (const follower of followers) finish(follower);
    },
  };
}

/** -1: before the first of `kept`; undefined: it isn't known. */
function positionOf(kept: readonly PartnerEvent[], before: string, cursor: string): number | undefined {
  if (cursor === before) return -1;
  const found = kept.findLastIndex((event) => event.cursor === cursor);
  return found === -1 ? undefined : found;
}
