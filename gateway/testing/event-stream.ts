/** For tests: an answer of server-sent events, read as it comes. */
import { setTimeout as wait } from 'node:timers/promises';

export interface ServerSentEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: string | undefined;
}

export interface EventStream {
  /** The next one with an event's name. @throws {Error} when none comes in time, or the stream is over */
  next(): Promise<ServerSentEvent>;
  /** The answer of GraphQL in the next one. */
  told(): Promise<Told>;
  /** Of the last that had one. */
  lastEventId(): string | undefined;
  close(): void;
}

export interface Told {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[];
  readonly extensions?: { readonly cursor: string };
}

const LONGEST_MILLISECONDS = 5_000;

/** @param close ends the request */
export function readEventStream({ body }: Response, close: () => void): EventStream {
  if (!body) throw new Error('no body');
  const events = parse(body);
  let lastId: string | undefined;
  const next = async (): Promise<ServerSentEvent> => {
    for (;;) {
      const late = wait(LONGEST_MILLISECONDS, undefined, { ref: false }).then(() => {
        throw new Error('nothing was told in time');
      });
      const { value, done } = await Promise.race([events.next(), late]);
      if (done || !value) throw new Error('the stream is over');
      lastId = value.id ?? lastId;
      if (value.event !== undefined) return value;
    }
  };
  return {
    next,
    told: async () => JSON.parse((await next()).data ?? ''),
    lastEventId: () => lastId,
    close,
  };
}

async function* parse(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<ServerSentEvent> {
  let text = '';
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    text += part;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]),
      );
      text = text.slice(end + 2);
      yield { event: fields.get('event'), id: fields.get('id'), data: fields.get('data') };
    }
  }
}
