/**
 * How a stream of messages is written: as server-sent events by the protocol of graphql-sse in its mode of distinct
 * connections, or in parts by Apollo's protocol of subscriptions over HTTP.
 */
import { EVENT_STREAM } from '../protection/media-type.ts';
import type { StreamFormat } from './stream.ts';

export const COMPLETE = 'event: complete\ndata:\n\n';

/** `id` is what a browser sends as `Last-Event-ID`. */
export const SERVER_SENT_EVENTS: StreamFormat = {
  mediaType: `${EVENT_STREAM}; charset=utf-8`,
  begin: (cursor) => `id: ${cursor}\n\n`,
  message: ({ text, cursor }) => `id: ${cursor}\nevent: next\ndata: ${text}\n\n`,
  end: (error) => `${error ? nextEvent(JSON.stringify({ errors: [error] })) : ''}${COMPLETE}`,
  signOfLife: ':\n\n',
};

export function nextEvent(text: string): string {
  return `event: next\ndata: ${text}\n\n`;
}

export const PARTS: StreamFormat = {
  mediaType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  begin: () => '\r\n--graphql',
  message: ({ text }) => part(`{"payload":${text}}`),
  end: (error) => (error ? `${part(JSON.stringify({ payload: null, errors: [error] }))}--\r\n` : '--\r\n'),
  signOfLife: part('{}'),
};

/** With the delimiter behind it, by which a client knows that it is whole. */
function part(text: string): string {
  return `\r\ncontent-type: application/json\r\n\r\n${text}\r\n--graphql`;
}
