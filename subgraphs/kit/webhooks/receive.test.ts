import { rememberInProcess } from '@commonhold/platform/replay/in-process.ts';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Webhook } from 'standardwebhooks';
import type { ToldByPartner } from '../events/take-in.ts';
import { tenantId } from '../tenancy/ids.ts';
import { webhookKeyBytes } from './company-webhook-key.ts';
import { type ReceiveParts, receiveWebhook } from './receive.ts';

const KEY = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const COMPANY = tenantId('northgate');

const replay = rememberInProcess();
afterAll(() => replay.close());

let taken: ToldByPartner[];
let isFull: boolean;
let parts: ReceiveParts;
beforeEach(() => {
  taken = [];
  isFull = false;
  parts = {
    scheme: 'standard-webhooks',
    companies: [{ company: COMPANY, keys: () => [webhookKeyBytes(KEY)] }],
    toleranceSeconds: 300,
    rate: new RateLimiterMemory({ points: 3, duration: 60 }),
    replay,
    takeIn: async (told) => {
      if (isFull) throw new Error('no room');
      taken.push(told);
      return 'accepted';
    },
  };
});

const receive = (id: string) => {
  const at = new Date();
  const headers: Readonly<Record<string, string>> = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(KEY).sign(id, at, '{}'),
  };
  return receiveWebhook(parts, { header: (name) => headers[name] ?? '', body: Buffer.from('{}') });
};

describe('a webhook', () => {
  it('that could not be kept is taken when it comes again, once', async () => {
    isFull = true;
    expect(await receive('again')).toEqual({ outcome: 'unavailable', company: COMPANY, id: 'again' });
    isFull = false;
    expect(await receive('again')).toMatchObject({ outcome: 'accepted' });
    expect(await receive('again')).toMatchObject({ outcome: 'replayed' });
    expect(taken).toHaveLength(1);
  });

  it('is not taken when nobody can tell whether it has come before', async () => {
    const unreachable = async () => {
      throw new Error('no Redis');
    };
    parts = { ...parts, replay: { ...replay, isFirstUse: unreachable } };
    expect(await receive('unknown')).toMatchObject({ outcome: 'unavailable' });
    expect(taken).toEqual([]);
  });

  it('is one of as many as the company may send', async () => {
    const outcomes = [];
    for (const id of ['1', '2', '3', '4']) outcomes.push((await receive(id)).outcome);
    expect(outcomes).toEqual(['accepted', 'accepted', 'accepted', 'rate-limited']);
  });
});
