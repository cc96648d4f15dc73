import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type EventMessage, type PartnerEvent, parseEventMessage } from './messages.ts';
import { createEventPublisher, type EventPublisher } from './publisher.ts';

const KEPT = 100;

function event(number: number): PartnerEvent {
  return {
    cursor: `c${number}`,
    id: `id${number}`,
    kind: 'device-changed',
    company: 'northgate',
    // Long enough that a stream is full before all is told.
    entity: { type: 'Light', id: `e${number}`.padEnd(500, '.') },
    occurredAt: '2026-11-28T12:00:00Z',
    isLate: false,
  };
}

let publisher: EventPublisher;
afterEach(() => publisher.close());

/** What a follower is told up to now, when it reads at once. */
async function told(stream: Readable): Promise<readonly EventMessage[]> {
  const lines: string[] = [];
  stream.setEncoding('utf8').on('data', (chunk: string) => lines.push(chunk));
  for (let turns = 0; turns < 200; turns += 1) await turn();
  return lines.join('').trim().split('\n').map(parseEventMessage);
}

const numbersIn = (messages: readonly EventMessage[]): readonly number[] =>
  messages.flatMap((message) => ('event' in message ? [Number(message.event.id.slice(2))] : []));
const gapsIn = (messages: readonly EventMessage[]): readonly string[] =>
  messages.flatMap((message) => ('gap' in message ? [message.cursor] : []));
const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a follower of events', () => {
  it('is told all after its cursor, wherever it stands, and nothing else', async () => {
    publisher = createEventPublisher(KEPT);
    for (const number of range(1, 60)) publisher.publish(event(number));
    for (const from of [1, 30, 59, 60]) {
      const messages = await told(publisher.open(`c${from}`));
      expect(numbersIn(messages)).toEqual(range(from + 1, 60));
      expect(gapsIn(messages)).toEqual([]);
    }
  });

  it('is told what happens from now on when it has no cursor, and where it stands at once', async () => {
    publisher = createEventPublisher(KEPT);
    publisher.publish(event(1));
    const stream = publisher.open(undefined);
    publisher.publish(event(2));
    expect(await told(stream)).toEqual([{ heartbeat: true, cursor: 'c1' }, { event: event(2) }]);
  });

  it('goes on from where it stood before anything had happened', async () => {
    publisher = createEventPublisher(KEPT);
    const [first] = await told(publisher.open(undefined));
    publisher.publish(event(1));
    const messages = await told(publisher.open(first && 'cursor' in first ? first.cursor : ''));
    expect(numbersIn(messages)).toEqual([1]);
    expect(gapsIn(messages)).toEqual([]);
  });

  it.each(['c1', 'never'])(
    'is told of a gap after %s, which is not known any more, and goes on from there',
    async (cursor) => {
      publisher = createEventPublisher(KEPT);
      for (const number of range(1, 2 * KEPT)) publisher.publish(event(number));
      const stream = publisher.open(cursor);
      publisher.publish(event(2 * KEPT + 1));
      const messages = await told(stream);
      expect(messages[0]).toEqual({ gap: true, cursor: `c${2 * KEPT}` });
      expect(numbersIn(messages)).toEqual([2 * KEPT + 1]);
    },
  );

  it('that does not read holds nobody up, keeps nothing from going, and is told of a gap', async () => {
    publisher = createEventPublisher(KEPT);
    const [slow, quick] = [publisher.open(undefined), publisher.open(undefined)];
    const quickly = told(quick);
    for (const number of range(1, 5 * KEPT)) publisher.publish(event(number));
    expect(numbersIn(await quickly).length).toBeGreaterThan(0);
    expect(slow.readableLength).toBeLessThan(128 * 1024);
    const messages = await told(slow);
    const numbers = numbersIn(messages);
    expect(numbers).toEqual(range(1, numbers.length));
    expect(numbers.length).toBeLessThan(5 * KEPT);
    expect(gapsIn(messages)).toEqual([`c${5 * KEPT}`]);
  });

  it('is told of a gap when all begins anew', async () => {
    publisher = createEventPublisher(KEPT);
    publisher.publish(event(1));
    const stream = publisher.open(undefined);
    publisher.restart('d0', [event(7)]);
    publisher.publish(event(8));
    const messages = await told(stream);
    expect(gapsIn(messages)).toEqual(['c7']);
    expect(numbersIn(messages)).toEqual([8]);
    expect(numbersIn(await told(publisher.open('d0')))).toEqual([7, 8]);
  });

  it('ends in order when all are closed, also while more happens', async () => {
    publisher = createEventPublisher(KEPT);
    const stream = publisher.open(undefined);
    publisher.close();
    publisher.publish(event(1));
    expect(await text(stream)).toMatch(/^{"heartbeat":true,.*}\n$/);
  });
});
