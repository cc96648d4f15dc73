/** Each request leaves one line in the log and is counted once, also when nobody waits for its answer any more. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { post } from '../testing/gateway.ts';
import { type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';

let gateway: ShopGateway;
beforeAll(async () => {
  gateway = await startShopGateway();
});
afterAll(() => gateway?.stop());

const lines = (operation: string): readonly string[] =>
  gateway.process
    .output()
    .split('\n')
    .filter((line) => line.includes(`"operation":"${operation}"`) && line.includes('"msg":"request"'));

/** What a process writes comes by another way than what it answers. */
async function lineOf(operation: string): Promise<object> {
  while (lines(operation).length === 0) await wait(20);
  const [line = '{}'] = lines(operation);
  return JSON.parse(line);
}

async function counted(status: number): Promise<number> {
  const metrics = await (await fetch(gateway.url.replace('/graphql', '/metrics'))).text();
  const count = new RegExp(`^gateway_request_duration_seconds_count\\{status="${status}"\\} (\\d+)`, 'm').exec(metrics);
  return Number(count?.[1] ?? 0);
}

describe('the end of a request', () => {
  it('is noted once when it is answered', async () => {
    expect((await post(gateway.url, { query: 'query Answered { stockCount }' })).status).toBe(200);
    expect(await lineOf('Answered')).toMatchObject({ status: 200 });
    expect(lines('Answered')).toHaveLength(1);
    expect(await counted(200)).toBe(1);
  });

  it('is noted when its client goes away before it is answered', async () => {
    const controller = new AbortController();
    gateway.shop.misbehaviour.stock = () => controller.abort();
    const asked = fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query Left { stockCount }' }),
      signal: controller.signal,
    });
    await expect(asked).rejects.toThrow('aborted');
    expect(await lineOf('Left')).toMatchObject({ status: 499 });
    expect(await counted(499)).toBe(1);
  });
});
