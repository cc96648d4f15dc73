import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Partner } from './partner.ts';
import { startTinyPartner, type TinyPartner, type TinyVersions } from './tiny-partner.ts';

let tiny: TinyPartner;
beforeAll(async () => {
  tiny = await startTinyPartner();
});
afterAll(() => tiny.stop());
afterEach(() => tiny.fault({}));

const ask = (partner: Partner<TinyVersions>, company: string, milliseconds = 5_000) =>
  tiny
    .as(company, { partner, milliseconds, requestId: 'resilience' })
    .call('post', '/lamps/query', { body: {}, schema: z.object({ items: z.array(z.unknown()) }) });

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'ok',
    (error: { readonly code: unknown }) => error.code,
  );

const once = { attempts: 0, firstDelayMilliseconds: 5, greatestDelayMilliseconds: 50, querySuffix: '/query' };

describe('a partner that is down', () => {
  it('is left alone for a while, and then asked again', async () => {
    const partner = await tiny.partnerWith({
      retries: once,
      breaker: { consecutiveFailures: 3, openMilliseconds: 200 },
    });
    await tiny.fault({ queryLamps: { kind: 'down' } });
    for (let failures = 0; failures < 3; failures += 1) await codeOf(ask(partner, 'northgate'));
    expect(partner.health()).toEqual({ partner: 'smart-home', breaker: 'open' });
    expect(await tiny.registry.metrics()).toContain('partner_breaker_state{partner="smart-home",version="v1"} 1');

    await tiny.plain('smart-home', '/sandbox/calls', { method: 'DELETE' });
    expect(await codeOf(ask(partner, 'northgate'))).toBe('PARTNER_UNAVAILABLE');
    expect(await tiny.calls()).toEqual([]);

    await tiny.fault({});
    await wait(220);
    expect(await codeOf(ask(partner, 'northgate'))).toBe('ok');
    expect(partner.health().breaker).toBe('closed');
  });

  it('is not held to be down for what it refuses or answers wrongly', async () => {
    const partner = await tiny.partnerWith({
      retries: once,
      breaker: { consecutiveFailures: 2, openMilliseconds: 200 },
    });
    await tiny.fault({ queryLamps: { kind: 'status', status: 403, type: 'no' } });
    for (let refusals = 0; refusals < 4; refusals += 1) await codeOf(ask(partner, 'northgate'));
    await tiny.fault({ queryLamps: { kind: 'garbage' } });
    for (let violations = 0; violations < 4; violations += 1) await codeOf(ask(partner, 'northgate'));
    expect(partner.health().breaker).toBe('closed');
  });
});

describe('one company that asks a lot', () => {
  it("does not take the other's places", async () => {
    const partner = await tiny.partnerWith({ retries: once });
    await codeOf(ask(partner, 'riverside'));
    await tiny.plain('smart-home', '/sandbox/calls', { method: 'DELETE' });
    await tiny.fault({ queryLamps: { kind: 'slow', times: 4 } });
    const many = Array.from({ length: 30 }, () => codeOf(ask(partner, 'northgate', 2_000)));
    const asked = async () => (await tiny.calls()).filter(({ operation }) => operation === 'queryLamps');
    while ((await asked()).length < 4) await wait(10);
    const first = Promise.race(many).then(() => 'northgate');
    const other = codeOf(ask(partner, 'riverside')).then(() => 'riverside');
    expect(await Promise.race([first, other])).toBe('riverside');
    await Promise.all(many);
  });

  it('is told so when its queue is full', async () => {
    const partner = await tiny.partnerWith({ limits: { ...tiny.contract.limits, concurrencyPerCompany: 1, queue: 1 } });
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(ask(partner, 'northgate'))));
    expect(codes.sort()).toEqual(['PARTNER_RATE_LIMITED', 'PARTNER_RATE_LIMITED', 'PARTNER_RATE_LIMITED', 'ok', 'ok']);
  });

  it('is slowed down to the agreed rate', async () => {
    const partner = await tiny.partnerWith({
      limits: { ...tiny.contract.limits, requestsPerCompany: { perSecond: 5 } },
    });
    const started = performance.now();
    const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(ask(partner, 'northgate'))));
    expect(new Set(codes)).toEqual(new Set(['ok']));
    expect(performance.now() - started).toBeGreaterThan(500);
  });
});

describe('what nobody waits for', () => {
  it('comes after what somebody waits for, of whichever company', async () => {
    const partner = await tiny.partnerWith({
      limits: { ...tiny.contract.limits, concurrency: 1, concurrencyPerCompany: 1 },
    });
    await codeOf(ask(partner, 'northgate'));
    await codeOf(ask(partner, 'riverside'));
    await tiny.plain('smart-home', '/sandbox/calls', { method: 'DELETE' });
    const asked = (company: string, isBackground: boolean, requestId: string) =>
      codeOf(
        tiny
          .as(company, { partner, isBackground, requestId })
          .call('post', '/lamps/query', { body: {}, schema: z.unknown() }),
      );
    const codes = await Promise.all([
      asked('northgate', false, 'first'),
      asked('northgate', true, 'background'),
      asked('riverside', true, 'background'),
      asked('northgate', false, 'foreground'),
      asked('northgate', false, 'foreground'),
      asked('riverside', false, 'foreground'),
    ]);
    expect(new Set(codes)).toEqual(new Set(['ok']));
    expect((await tiny.calls()).map(({ requestId }) => requestId)).toEqual([
      'first',
      ...Array.from({ length: 3 }, () => 'foreground'),
      ...Array.from({ length: 2 }, () => 'background'),
    ]);
  });
});

describe('a caller who waits for its turn', () => {
  it('is let go when its time is over', async () => {
    const partner = await tiny.partnerWith({ limits: { ...tiny.contract.limits, concurrencyPerCompany: 1 } });
    await tiny.fault({ queryLamps: { kind: 'slow' } });
    const first = codeOf(ask(partner, 'northgate', 300));
    const started = performance.now();
    expect(await codeOf(ask(partner, 'northgate', 60))).toBe('PARTNER_TIMEOUT');
    expect(performance.now() - started).toBeLessThan(200);
    await first;
  });
});

describe('an order whose answer was lost', () => {
  const order = async (faults: object, { milliseconds = 5_000, consecutiveFailures = 10 } = {}): Promise<unknown> => {
    const partner = await tiny.partnerWith({ breaker: { consecutiveFailures, openMilliseconds: 5_000 } });
    const client = tiny.as('northgate', { partner, milliseconds });
    const note = await client.encrypt('the tap drips');
    await client.call('get', '/lamps/{id}', { path: { id: 'any' }, schema: z.unknown() });
    await tiny.fault(faults);
    return await client
      .call('post', '/orders', {
        header: { 'Idempotency-Key': crypto.randomUUID() },
        body: { note },
        schema: z.unknown(),
      })
      .catch((error: unknown) => error);
  };

  it('is in doubt, also when the repetition was not even begun', async () => {
    expect(await order({ createOrder: { kind: 'lost-answer', times: 1 } }, { consecutiveFailures: 1 })).toMatchObject({
      code: 'PARTNER_UNAVAILABLE',
      detail: 'breaker open',
      mayHaveTakenEffect: true,
    });
  });

  it('is in doubt, also when the repetition was certainly not done', async () => {
    const faults = { createOrder: { kind: 'lost-answer', times: 1 }, '*': { kind: 'rate-limited' } };
    expect(await order(faults)).toMatchObject({ code: 'PARTNER_RATE_LIMITED', mayHaveTakenEffect: true });
  });

  it('is in doubt when the deadline ends the wait', async () => {
    expect(await order({ createOrder: { kind: 'slow' } }, { milliseconds: 300 })).toMatchObject({
      code: 'PARTNER_TIMEOUT',
      mayHaveTakenEffect: true,
    });
  });

  it('is certainly not done when the partner refuses it', async () => {
    expect(await order({ createOrder: { kind: 'status', status: 409, type: 'out-of-lamps' } })).toMatchObject({
      code: 'PARTNER_REJECTED',
      mayHaveTakenEffect: false,
    });
  });
});
