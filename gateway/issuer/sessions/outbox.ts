/**
 * What others have to be told, kept until they took it.
 *
 * 1. A message is added in the transaction of what it tells of, so that neither can be there without the other.
 * 2. Whoever added it lets it be delivered at once, and waits for that.
 * 3. What wasn't taken is tried again after a while, also by another process or after a restart, until it is of no use any
 *    more. It may arrive twice: the recipient has to bear that.
 */
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { IssuerTables } from '../store/tables.ts';

export interface Outbox<Message> {
  /** @returns the message's key */
  add(transaction: Kysely<IssuerTables>, message: Message, until: Date): Promise<string>;
  /** Tries everything that waits by now. @returns whether the recipient took the messages with these keys */
  deliver(keys: readonly string[]): Promise<boolean>;
  stop(): void;
}

export interface OutboxOptions<Message> {
  readonly database: Kysely<IssuerTables>;
  readonly recipient: string;
  readonly message: z.ZodType<Message>;
  /** How long after it wasn't taken it is tried again; default half a second. */
  readonly retryMilliseconds?: number;
  /** @throws {Error} when the recipient didn't take it */
  readonly send: (message: Message) => Promise<void>;
  /** The first of several failures in a row, and the first success after them. */
  readonly onFailure: (error: unknown) => void;
  readonly onRecovery: () => void;
}

const RETRY_MILLISECONDS = 500;
const MOST_AT_ONCE = 256;

export function openOutbox<Message>(options: OutboxOptions<Message>): Outbox<Message> {
  const { database, recipient, message: format, retryMilliseconds = RETRY_MILLISECONDS, send } = options;
  let isFailing = false;

  const deliverAll = async (): Promise<void> => {
    const waiting = await database
      .selectFrom('outbox')
      .select(['key', 'message'])
      .where('recipient', '=', recipient)
      .where('until', '>', new Date())
      .orderBy('added_at')
      .limit(MOST_AT_ONCE)
      .execute();
    const outcomes = await Promise.allSettled(
      waiting.map(async ({ key, message }) => {
        await send(format.parse(JSON.parse(message)));
        await database.deleteFrom('outbox').where('key', '=', key).execute();
      }),
    );
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected' && !isFailing) options.onFailure(failed.reason);
    if (!failed && isFailing) options.onRecovery();
    isFailing = failed !== undefined;
  };

  let current = Promise.resolve();
  let next: Promise<void> | undefined;
  // A round doesn't see what is added while it runs: who comes meanwhile shares the next one.
  const deliverSoon = (): Promise<void> => {
    next ??= current.then(() => {
      next = undefined;
      current = deliverAll().catch(options.onFailure);
      return current;
    });
    return next;
  };

  const retry = setInterval(deliverSoon, retryMilliseconds).unref();
  return {
    async add(transaction, message, until) {
      const { key } = await transaction
        .insertInto('outbox')
        .values({ recipient, message: JSON.stringify(message), until })
        .returning('key')
        .executeTakeFirstOrThrow();
      return key;
    },
    async deliver(keys) {
      if (keys.length === 0) return true;
      await deliverSoon();
      const left = await database.selectFrom('outbox').select('key').where('key', 'in', keys).executeTakeFirst();
      return left === undefined;
    },
    stop: () => clearInterval(retry),
  };
}
