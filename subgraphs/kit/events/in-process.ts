/** For one replica. A restart forgets everything, and its cursors are unknown afterwards. */
import { randomUUID } from 'node:crypto';
import type { EventLog, EventLogReader } from './event-log.ts';

export function keepInProcess({ received }: Pick<EventLogReader, 'received'>): EventLog {
  const life = randomUUID();
  let number = 0;
  return {
    append: async (change) => {
      number += 1;
      received(change, `${life}.${number}`);
    },
    close: async () => undefined,
  };
}
