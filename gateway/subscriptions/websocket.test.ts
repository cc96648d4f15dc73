/** What a WebSocket is let through when there is more to do than can be done. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { buildSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { serveWebSockets } from './websocket.ts';

const server = fastify();
const asked: string[] = [];
let isBusy = true;
let url: string;

beforeAll(async () => {
  const principal = { tenant: 'northgate', subject: 'ada', expiresAt: Date.now() + 60_000 };
  const parts = {
    schema: buildSchema('type Query { live: Int }'),
    configuration: { publicOrigin: 'http://localhost', allowedOrigins: [], requestTimeoutMilliseconds: 1_000 },
    admission: {
      enter: (company: string) => {
        asked.push(company);
        return isBusy ? undefined : () => asked.push('left');
      },
    },
    pipeline: { admit: async () => ({ record: { principal } }), limit: () => undefined },
    live: { subscribe: () => undefined },
  };
  serveWebSockets(server, parts as never);
  await server.listen({ port: 0 });
  url = server.listeningOrigin.replace('http', 'ws');
});
afterAll(() => server.close());

describe('a subscription over WebSocket', () => {
  it('is refused while the gateway is overloaded, as others are, and counts for its company', async () => {
    const client = createClient({ url: `${url}/graphql`, webSocketImpl: WebSocket, lazy: true, retryAttempts: 0 });
    const refused = (): Promise<unknown> =>
      client
        .iterate({ query: 'subscription { live }' })
        .next()
        .catch((reason: unknown) => reason);
    expect(await refused()).toMatchObject([{ extensions: { code: 'OVERLOADED' } }]);
    isBusy = false;
    expect(await refused()).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(asked).toEqual(['northgate', 'northgate', 'left']);
    await client.dispose();
  });
});
