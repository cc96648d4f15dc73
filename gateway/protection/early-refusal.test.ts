/** A gateway that is busy all the time, in a process of its own, while a subgraph keeps requests under way. */
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { post } from '../testing/gateway.ts';
import { type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';

const MEASURED = 150;
/** Of a gateway that doesn't know yet how many it can answer. */
const LET_IN = 32;
/** Without an end to its turns an event loop never waits for anything, however fast the machine is. */
const BUSY = `import { isMainThread } from 'node:worker_threads';
const turn = () => setImmediate(turn);
if (isMainThread) turn();`;

let running: ShopGateway;
beforeAll(async () => {
  running = await startShopGateway({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(BUSY)}` });
});
afterAll(() => running?.stop());

describe('a request to a gateway that has as many under way as it can answer', () => {
  it('is refused at once, and told when to come again; once they are answered it is let in', async () => {
    const { shop, url } = running;
    const held: ServerResponse[] = [];
    shop.misbehaviour.stock = (response) => held.push(response);
    const ask = () => post(url, { query: '{ stockCount }' });

    await wait(MEASURED);
    const underWay = Array.from({ length: LET_IN }, ask);
    while (held.length < LET_IN) await wait(10);
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.body.errors?.map(({ extensions }) => extensions['code'])).toEqual(['OVERLOADED']);
    expect(held).toHaveLength(LET_IN);

    delete shop.misbehaviour.stock;
    for (const response of held)
      response.setHeader('content-type', 'application/json').end('{"data":{"stockCount":4}}');
    for (const { body } of await Promise.all(underWay)) expect(body).toEqual({ data: { stockCount: 4 } });
    expect((await ask()).body).toEqual({ data: { stockCount: 4 } });
  });
});
