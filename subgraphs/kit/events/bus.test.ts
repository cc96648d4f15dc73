/** The same at every replica, whichever log they share. */
import type { PartnerEvent } from '@commonhold/platform/event-feed/messages.ts';
import { parseEventMessage } from '@commonhold/platform/event-feed/messages.ts';
import { startRedis } from '@commonhold/test/redis.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { encodeId, residenceKey, tenantId } from '../tenancy/ids.ts';
import { type EventBus, openEventBus } from './bus.ts';
import { createEventMetrics } from './metrics.ts';
import type { PartnerChange } from './partner-change.ts';

const COMPANY = tenantId('northgate');

interface Replica {
  readonly bus: EventBus;
  readonly events: PartnerEvent[];
  readonly gaps: string[];
}

async function openReplica(redis: string | undefined, after?: string): Promise<Replica> {
  const bus = await openEventBus({
    name: 'test',
    redis,
    ask: async () => undefined,
    metrics: createEventMetrics(new Registry()),
  });
  return follow(bus, after);
}

function follow(bus: EventBus, after?: string): Replica {
  const [events, gaps]: [PartnerEvent[], string[]] = [[], []];
  let rest = '';
  bus.publisher
    .open(after)
    .setEncoding('utf8')
    .on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const message of lines.map(parseEventMessage)) {
        if ('event' in message) events.push(message.event);
        if ('gap' in message) gaps.push(message.cursor);
      }
    });
  return { bus, events, gaps };
}

let changes = 0;

function change(more: Partial<PartnerChange> & { readonly device?: string } = {}): PartnerChange {
  changes += 1;
  const { device = `device-${changes}`, ...rest } = more;
  const id = encodeId({ tenant: COMPANY, type: 'Device', residence: residenceKey('home'), key: device });
  return {
    id: `evt-${changes}`,
    kind: 'device-changed',
    company: COMPANY,
    entity: { type: 'Light', id },
    occurredAt: new Date(changes * 1_000).toISOString(),
    ...rest,
  };
}

async function until(isThere: () => boolean): Promise<void> {
  for (let tries = 0; tries < 250; tries += 1) {
    if (isThere()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come to it');
}

describe.each(['in one process', 'in Redis'])('the bus %s', (place) => {
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  let one: Replica;
  let other: Replica;
  beforeAll(async () => {
    redis = place === 'in Redis' ? await startRedis() : undefined;
    one = await openReplica(redis?.url);
    other = redis ? await openReplica(redis.url) : follow(one.bus);
    // Connected, that is.
    await until(() => redis === undefined || (one.gaps.length > 0 && other.gaps.length > 0));
  });
  afterAll(async () => {
    await one.bus.close();
    await other.bus.close();
    await redis?.stop();
  });
  /** Accepts all, and waits until both have been told of what was accepted last. */
  const acceptAll = async (...all: readonly PartnerChange[]): Promise<readonly PartnerEvent[]> => {
    const before = one.events.length;
    for (const each of all) await one.bus.accept(each);
    const last = change();
    await other.bus.accept(last);
    for (const { events } of [one, other]) await until(() => events.at(-1)?.id === last.id);
    return one.events.slice(before, -1);
  };

  it('tells all in one order, everywhere', async () => {
    const all = Array.from({ length: 20 }, () => change());
    expect((await acceptAll(...all)).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(other.events).toEqual(one.events);
  });

  it('tells what comes twice once', async () => {
    const twice = change();
    expect(await acceptAll(twice, twice, { ...twice, company: tenantId('riverside') })).toHaveLength(2);
  });

  it('marks what comes behind a newer one of its entity, by its number or by its time', async () => {
    const [device, uncounted] = ['counted', 'uncounted'];
    const [first, second, third] = [change({ device }), change({ device }), change({ device })];
    const counted = [
      { ...first, sequence: 1 },
      { ...third, sequence: 3 },
      { ...second, sequence: 2 },
    ];
    expect((await acceptAll(...counted)).map(({ isLate }) => isLate)).toEqual([false, false, true]);
    const [earlier, later] = [change({ device: uncounted }), change({ device: uncounted })];
    expect((await acceptAll(later, earlier)).map(({ isLate }) => isLate)).toEqual([false, true]);
  });

  it('takes a count that begins anew for what it is', async () => {
    const device = 'restarted';
    const told = await acceptAll(change({ device, sequence: 7 }), change({ device, sequence: 1 }));
    expect(told.map(({ isLate }) => isLate)).toEqual([false, false]);
  });

  it('goes on after any of its cursors', async () => {
    const told = await acceptAll(change(), change());
    const from = follow(other.bus, told[0]?.cursor);
    await until(() => from.events.length === 2);
    expect(from.events.map(({ id }) => id)).toEqual(one.events.slice(-2).map(({ id }) => id));
    expect(from.gaps).toEqual([]);
  });

  it('knows after a restart what it kept, or says that it does not', async () => {
    const cursor = one.events.at(-3)?.cursor;
    const again = await openReplica(redis?.url, 'unknown');
    // At first, and when it has read what Redis kept.
    await until(() => again.gaps.length === (redis ? 2 : 1));
    const follower = follow(again.bus, cursor);
    await until(() => follower.gaps.length + follower.events.length >= (redis ? 2 : 1));
    expect(follower.events).toEqual(redis ? one.events.slice(-2) : []);
    await again.bus.close();
  });
});
