/** What a gateway waits for when it is told to stop. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { post } from './testing/gateway.ts';
import { startShopGateway } from './testing/shop-gateway.ts';

it('is what was asked, and no connection on which nothing came', async () => {
  const running = await startShopGateway();
  try {
    const { hostname, port } = new URL(running.url);
    const silent = connect({ host: hostname, port: Number(port) });
    await once(silent, 'connect');
    const asked = Promise.withResolvers<() => void>();
    running.shop.misbehaviour.stock = (response) => {
      asked.resolve(() => {
        response.setHeader('content-type', 'application/json').end('{"data":{"stockCount":4}}');
      });
    };
    const answer = post(running.url, { query: '{ stockCount }' });
    const answerNow = await asked.promise;
    running.process.child.kill('SIGTERM');
    await once(silent, 'close');
    answerNow();
    expect((await answer).body).toEqual({ data: { stockCount: 4 } });
    expect(await running.process.exit).toBe(0);
  } finally {
    await running.stop();
  }
});
