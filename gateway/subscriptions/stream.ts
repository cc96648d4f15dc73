/** Messages → the body of one long answer of HTTP, as fast as its client reads, and with a sign of life in between. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { finalError } from '../errors.ts';
import type { Message, Subscription } from './subscription.ts';

/** How messages are written one after another. */
export interface StreamFormat {
  readonly mediaType: string;
  begin(cursor: string): string;
  message(message: Message): string;
  /** @param error why it ends; undefined: it is complete */
  end(error: GraphQLFormattedError | undefined): string;
  readonly signOfLife: string;
}

/** Less than what any door, balancer or browser waits for. */
const SIGN_OF_LIFE_MILLISECONDS = 10_000;

/** For a client to read how it has ended. */
const CUT_OFF_MILLISECONDS = 2_000;

/** Ends when the subscription ends or the client goes. */
export async function writeSubscription(
  response: ServerResponse,
  format: StreamFormat,
  subscription: Subscription,
): Promise<void> {
  response.once('close', () => subscription.end());
  subscription.over.addEventListener('abort', () => setTimeout(cutOff, CUT_OFF_MILLISECONDS).unref());
  const write = openStream(response, format.mediaType, format.signOfLife);
  if (!write) return subscription.end();
  await write(format.begin(subscription.cursor));
  const error = await writeMessages(subscription, (message) => write(format.message(message)));
  await write(format.end(error));
  response.end();

  /** A client that doesn't read isn't waited for. */
  function cutOff(): void {
    if (!response.writableFinished) response.destroy();
  }
}

/** @returns why it ended, as it is told; undefined: it is complete */
export async function writeMessages(
  subscription: Subscription,
  write: (message: Message) => Promise<void>,
): Promise<GraphQLFormattedError | undefined> {
  try {
    for await (const message of subscription.messages()) await write(message);
    return undefined;
  } catch (error) {
    return toldError(error);
  }
}

/** As it is told to clients. */
export function toldError(error: unknown): GraphQLFormattedError {
  const known = error instanceof GraphQLError ? error : new GraphQLError('');
  return finalError(known.toJSON(), known);
}

/**
 * Sends the headers.
 *
 * @returns writes, and waits until the client takes more, or is gone; undefined: it is gone already
 */
export function openStream(
  response: ServerResponse,
  mediaType: string,
  signOfLife: string,
): ((text: string) => Promise<void>) | undefined {
  // Nothing tells of that once more.
  if (response.destroyed) return undefined;
  // A connection that is idle after it would keep a gateway that stops waiting.
  const headers = {
    'content-type': mediaType,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    connection: 'close',
  };
  response.writeHead(200, headers);
  const timer = setInterval(() => {
    if (!response.writableNeedDrain && !response.writableEnded) response.write(signOfLife);
  }, SIGN_OF_LIFE_MILLISECONDS);
  const gone = new AbortController();
  response.once('close', () => {
    clearInterval(timer);
    gone.abort();
  });
  return async (text) => {
    if (gone.signal.aborted || response.writableEnded || response.write(text)) return;
    await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
  };
}
