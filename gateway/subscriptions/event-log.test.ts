import { encodeId, residenceKey, tenantId } from '@commonhold/schema/ids.ts';
import { describe, expect, it } from '@jest/globals';
import { createEventLog, type EventLog } from './event-log.ts';

function add(log: EventLog, cursor: string, company = 'northgate') {
  const id = encodeId({ tenant: tenantId('northgate'), type: 'Device', residence: residenceKey('r1'), key: cursor });
  return log.add({
    ...{ cursor, id: cursor, kind: 'device-changed', company, isLate: false },
    entity: { type: 'Light', id },
    occurredAt: '2026-01-01T00:00:00Z',
  });
}

const since = (log: EventLog, cursor: string) => log.since(cursor)?.map((event) => event.cursor);

describe('the newest events', () => {
  it('are found from any cursor among them, and from the one before', () => {
    const log = createEventLog(4);
    const beginning = log.cursor();
    for (const cursor of ['a', 'b', 'c', 'd']) add(log, cursor);
    expect([since(log, beginning), since(log, 'b'), since(log, 'd')]).toEqual([['a', 'b', 'c', 'd'], ['c', 'd'], []]);
    add(log, 'e');
    expect([since(log, beginning), since(log, 'a'), since(log, 'b'), since(log, 'd')]).toEqual([
      undefined,
      undefined,
      ['c', 'd', 'e'],
      ['e'],
    ]);
    expect(log.cursor()).toBe('e');
  });

  it('are not known any more after a gap, but for what comes then', () => {
    const log = createEventLog(4);
    add(log, 'a');
    log.restart('gap');
    add(log, 'b');
    expect([since(log, 'a'), since(log, 'gap'), since(log, 'b')]).toEqual([undefined, ['b'], []]);
  });

  it('leave out what speaks of an object of another company', () => {
    const log = createEventLog(4);
    const beginning = log.cursor();
    expect(add(log, 'a', 'riverside')).toBeUndefined();
    expect(since(log, beginning)).toEqual([]);
  });
});
