import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Partner } from './partner.ts';
import { PartnerError } from './partner-error.ts';
import { type ClientOptions, startTinyPartner, type TinyPartner, type TinyVersions } from './tiny-partner.ts';

const lampPage = z.object({
  items: z.array(
    z.object({ id: z.string(), companyId: z.string(), on: z.boolean(), watts: z.number(), owner: z.string() }),
  ),
  nextCursor: z.string().optional(),
});

let tiny: TinyPartner;
/** Waits longer than any machine takes for an answer that comes at all. */
let patient: Partner<TinyVersions>;
beforeAll(async () => {
  tiny = await startTinyPartner();
  patient = await tiny.partnerWith({ timeouts: { connectMilliseconds: 30_000, attemptMilliseconds: 30_000 } });
});
afterAll(() => tiny.stop());
afterEach(() => tiny.fault({}));

const as = (company: string, options: ClientOptions = {}) =>
  tiny.as(company, { partner: patient, milliseconds: 30_000, ...options });
const query = (company: string, options?: ClientOptions) =>
  as(company, options).call('post', '/lamps/query', { body: {}, schema: lampPage });

const failure = async (work: Promise<unknown>): Promise<PartnerError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PartnerError)) throw new Error(`not a PartnerError: ${error}`);
  return error;
};

describe('a partner that answers as agreed', () => {
  it('is understood', async () => {
    const { items } = await query('northgate');
    expect(items.map(({ id }) => id)).toEqual(['northgate-1', 'northgate-2', 'northgate-3']);
  });

  it('gets the id of the request', async () => {
    const client = as('northgate', { requestId: 'request-77' });
    const { id } = await client.call('get', '/lamps/{id}', {
      path: { id: 'a/../b?c' },
      schema: z.object({ id: z.string() }),
    });
    expect(id).toBe('a/../b?c');
    expect(await tiny.calls('request-77')).toMatchObject([{ operation: 'getLamp', company: 'northgate' }]);
  });
});

describe('a partner that fails', () => {
  it.each([
    ['down', { kind: 'down' }, 'PARTNER_UNAVAILABLE'],
    ['cuts the connection', { kind: 'reset' }, 'PARTNER_UNAVAILABLE'],
    ['answers HTML', { kind: 'garbage' }, 'PARTNER_CONTRACT_VIOLATION'],
    ['answers other types', { kind: 'wrong-type' }, 'PARTNER_CONTRACT_VIOLATION'],
    ['answers 200 with an error inside', { kind: 'error-in-200' }, 'PARTNER_REJECTED'],
    ['answers 200 with "busy" inside', { kind: 'error-in-200', code: 'busy' }, 'PARTNER_RATE_LIMITED'],
    ['answers 429', { kind: 'rate-limited' }, 'PARTNER_RATE_LIMITED'],
    ['redirects to a loopback address', { kind: 'redirect' }, 'PARTNER_CONTRACT_VIOLATION'],
    ['answers 403', { kind: 'status', status: 403, type: 'not-known' }, 'PARTNER_REJECTED'],
  ])('%s', async (_, fault, code) => {
    await tiny.fault({ queryLamps: fault });
    const error = await failure(query('northgate'));
    expect(error.extensions).toMatchObject({ code });
    expect(JSON.stringify(error)).not.toMatch(
      /localhost|127\.0\.0\.1|\/v1|lamps\/query|Ada|flat|internal|spiffe|Bearer/i,
    );
  });

  it.each([
    ['hangs', { kind: 'slow' }],
    ['answers without an end', { kind: 'endless' }],
  ])('%s, and is given up as the contract says', async (_, fault) => {
    await tiny.fault({ queryLamps: fault });
    const client = tiny.as('northgate', { milliseconds: 30_000 });
    const error = await failure(client.call('post', '/lamps/query', { body: {}, schema: lampPage }));
    expect(error.code).toBe('PARTNER_TIMEOUT');
  });

  it('names the place of a violation and no value', async () => {
    await tiny.fault({ queryLamps: { kind: 'wrong-type' } });
    const error = await failure(query('northgate'));
    expect(error.message).toBe(
      'The partner smart-home answered something that its contract does not allow at items[0].id.',
    );
  });

  it('is not read beyond the agreed size', async () => {
    await tiny.fault({ queryLamps: { kind: 'huge' } });
    const client = as('northgate');
    const error = await failure(client.call('post', '/lamps/query', { body: {}, schema: z.unknown() }));
    expect(error.extensions).toMatchObject({ code: 'PARTNER_CONTRACT_VIOLATION' });
    expect(error.message).toMatch(/ at its size\.$/);
  });

  it('shows a reason that the contract lists', async () => {
    await tiny.fault({ queryLamps: { kind: 'status', status: 409, type: 'out-of-lamps' } });
    expect((await failure(query('northgate'))).extensions).toEqual({
      code: 'PARTNER_REJECTED',
      reason: 'out-of-lamps',
    });
  });

  it('is not waited for beyond the deadline of the request', async () => {
    await tiny.fault({ queryLamps: { kind: 'slow' } });
    // Only the deadline is shorter than the test may take.
    const error = await failure(query('northgate', { milliseconds: 100 }));
    expect(error.code).toBe('PARTNER_TIMEOUT');
  });

  it('is not asked at all once the deadline is over', async () => {
    const client = as('northgate', { milliseconds: 0, requestId: 'too-late' });
    const error = await failure(client.call('post', '/lamps/query', { body: {}, schema: lampPage }));
    expect([error.code, error.mayHaveTakenEffect]).toEqual(['PARTNER_TIMEOUT', false]);
    expect(await tiny.calls('too-late')).toEqual([]);
  });

  it('does not lead the client to where it redirects', async () => {
    await tiny.fault({ queryLamps: { kind: 'redirect' } });
    expect((await failure(query('northgate'))).message).toMatch(/ at a redirect\.$/);
  });
});

describe('another service at the address of a partner', () => {
  it('is told nothing, although its certificate is of the same authority', async () => {
    const client = as('northgate', {
      partner: await tiny.partnerWith({ peer: 'spiffe://commonhold/communal-sandbox' }),
      requestId: 'to-another',
    });
    const error = await failure(client.call('post', '/lamps/query', { body: {}, schema: lampPage }));
    expect([error.code, error.mayHaveTakenEffect]).toEqual(['PARTNER_UNAVAILABLE', false]);
    expect(await tiny.calls('to-another')).toEqual([]);
  });
});

describe('a partner whose answer has __proto__ members', () => {
  it('changes no prototype and no answer', async () => {
    await tiny.fault({ queryLamps: { kind: 'prototype' } });
    const { items } = await query('northgate');
    expect(items).toHaveLength(3);
    expect('polluted' in {}).toBe(false);
    const anything = await as('northgate').call('post', '/lamps/query', { body: {}, schema: z.unknown() });
    expect(Object.keys(Object(anything))).toEqual(['items']);
  });
});

describe("a partner that answers with another company's records", () => {
  it('is heard without them, and counted', async () => {
    await tiny.fault({ '*': { kind: 'foreign-record' } });
    const { items } = await query('northgate');
    expect(new Set(items.map(({ companyId }) => companyId))).toEqual(new Set(['northgate']));
    expect(await tiny.registry.metrics()).toContain('partner_foreign_records_total{partner="smart-home"} 3');
  });

  it('is not heard when nothing else is left', async () => {
    await tiny.fault({ getLamp: { kind: 'foreign-record' } });
    const error = await failure(
      as('northgate').call('get', '/lamps/{id}', { path: { id: 'riverside-1' }, schema: z.unknown() }),
    );
    expect(error.code).toBe('PARTNER_CONTRACT_VIOLATION');
  });
});

describe('retries', () => {
  it('bring a query over a short outage', async () => {
    await tiny.fault({ queryLamps: { kind: 'down', times: 2 } });
    expect((await query('northgate')).items).toHaveLength(3);
  });

  it('repeat an order under the same key, and it is done once', async () => {
    await tiny.fault({ createOrder: { kind: 'lost-answer', times: 1 } });
    const client = as('northgate');
    const before = tiny.orders.length;
    const order = await client.call('post', '/orders', {
      header: { 'Idempotency-Key': 'key-of-this-order' },
      body: { note: await client.encrypt('the tap drips') },
      schema: z.object({ id: z.string() }),
    });
    expect(order.id).toBe(`order-${before + 1}`);
    expect(tiny.orders.slice(before)).toEqual(['the tap drips']);
  });

  it('leave alone what the partner refused', async () => {
    await tiny.fault({ queryLamps: { kind: 'status', status: 422, type: 'no' } });
    const client = as('northgate', { requestId: 'refused-once' });
    await failure(client.call('post', '/lamps/query', { body: {}, schema: lampPage }));
    expect(await tiny.calls('refused-once')).toHaveLength(1);
  });
});
