/** Signals by a stream of Redis, of which each replica reads all from where it left off. */
import { setTimeout as wait } from 'node:timers/promises';
import { connectRedis } from '../redis.ts';
import type { ServerAddress } from '../secrets/server-passwords.ts';
import type { Signals } from './signals.ts';

const KEPT_SIGNALS = 1_000;
const BLOCK_MILLISECONDS = 5_000;
const PAUSE_MILLISECONDS = 100;

export function signalByRedis(name: string, address: ServerAddress, receive: () => void): Signals {
  const key = `commonhold:signals:${name}`;
  const writer = connectRedis(address);
  // Who waits for the next signal can't be asked anything else meanwhile.
  const reader = connectRedis(address);
  let isClosed = false;

  async function readOn(): Promise<void> {
    let last: string | undefined;
    while (!isClosed) {
      try {
        last ??= (await reader.xRevRange(key, '+', '-', { COUNT: 1 }))?.at(0)?.id ?? '0-0';
        const signals = await reader.xRead({ key, id: last }, { BLOCK: BLOCK_MILLISECONDS, COUNT: KEPT_SIGNALS });
        const [stream] = signals ?? [];
        last = stream?.messages.at(-1)?.id ?? last;
        if (stream) receive();
      } catch {
        // A Redis that was emptied begins its ids anew.
        last = undefined;
        await wait(PAUSE_MILLISECONDS, undefined, { ref: false });
        receive();
      }
    }
  }

  const reading = readOn();
  return {
    send: () => {
      writer
        .xAdd(
          key,
          '*',
          { at: String(Date.now()) },
          { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: KEPT_SIGNALS } },
        )
        // Whoever isn't told finds out by itself.
        .catch(() => undefined);
    },
    close: async () => {
      isClosed = true;
      writer.destroy();
      reader.destroy();
      await reading;
    },
  };
}
