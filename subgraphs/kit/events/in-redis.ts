/** For many replicas: one stream of Redis a subgraph, of bounded length, that each replica reads from its beginning on. */
import { setTimeout as wait } from 'node:timers/promises';
import { connectRedis } from '@commonhold/platform/redis.ts';
import { inTime } from '@commonhold/platform/replay/in-time.ts';
import type { ServerAddress } from '@commonhold/platform/secrets/server-passwords.ts';
import { type EventLog, type EventLogReader, GREATEST_KEPT } from './event-log.ts';
import { type PartnerChange, partnerChange } from './partner-change.ts';

const BLOCK_MILLISECONDS = 5_000;
const PAUSE_MILLISECONDS = 100;
const AT_ONCE = 1_000;
const BEGINNING = '0-0';

interface Entry {
  readonly id: string;
  readonly message: Readonly<Record<string, unknown>>;
}

export function keepInRedis(name: string, address: ServerAddress, reader: EventLogReader): EventLog {
  const key = `commonhold:events:${name}`;
  const writing = connectRedis(address);
  // Who waits for the next one can't be asked anything else meanwhile.
  const reading = connectRedis(address);
  let isClosed = false;

  /** All that is kept, and where to read on. */
  async function begin(): Promise<string> {
    const entries: readonly Entry[] = (
      (await reading.xRevRange(key, '+', '-', { COUNT: GREATEST_KEPT })) ?? []
    ).reverse();
    const [first, ...others] = entries;
    const isWhole = entries.length < GREATEST_KEPT;
    const origin = isWhole ? BEGINNING : (first?.id ?? BEGINNING);
    reader.restarted(origin, (isWhole ? entries : others).flatMap(parse));
    return entries.at(-1)?.id ?? BEGINNING;
  }

  async function readOn(): Promise<void> {
    let last: string | undefined;
    while (!isClosed) {
      try {
        if (last !== undefined && (await isOfAnother(last))) last = undefined;
        last ??= await begin();
        const [stream] = (await reading.xRead({ key, id: last }, { BLOCK: BLOCK_MILLISECONDS, COUNT: AT_ONCE })) ?? [];
        const entries: readonly Entry[] = stream?.messages ?? [];
        for (const [change, cursor] of entries.flatMap(parse)) reader.received(change, cursor);
        last = entries.at(-1)?.id ?? last;
      } catch {
        await wait(PAUSE_MILLISECONDS, undefined, { ref: false });
      }
    }
  }

  /** Whether the stream ends before what was read of it: Redis was emptied, and its ids begin anew. */
  async function isOfAnother(last: string): Promise<boolean> {
    const [newest] = (await reading.xRevRange(key, '+', '-', { COUNT: 1 })) ?? [];
    return isBefore(newest?.id ?? BEGINNING, last);
  }

  const ended = readOn();
  return {
    append: async (change) => {
      const trim = { strategy: 'MAXLEN', strategyModifier: '~', threshold: GREATEST_KEPT } as const;
      await inTime(writing.xAdd(key, '*', { change: JSON.stringify(change) }, { TRIM: trim }));
    },
    close: async () => {
      isClosed = true;
      writing.destroy();
      reading.destroy();
      await ended;
    },
  };
}

/** What somebody else has put there isn't read. */
function parse({ id, message }: Entry): readonly (readonly [PartnerChange, string])[] {
  try {
    return [[partnerChange.parse(JSON.parse(String(message['change']))), id]];
  } catch {
    return [];
  }
}

function isBefore(one: string, other: string): boolean {
  const [time = 0, number = 0] = one.split('-').map(Number);
  const [otherTime = 0, otherNumber = 0] = other.split('-').map(Number);
  return time < otherTime || (time === otherTime && number < otherNumber);
}
