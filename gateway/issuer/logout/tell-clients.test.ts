/** What back-channel logout may reach: the internet alone, unless it is said otherwise. */
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Listening, listenOnFreePort } from '../../testing/listen.ts';
import { createClientTelling } from './tell-clients.ts';

let signingKey: JWK;
let inside: Listening;
let connections = 0;

beforeAll(async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  signingKey = { ...(await exportJWK(privateKey)), kid: 'test' };
  const server = createServer((_request, response) => response.writeHead(204).end());
  server.on('connection', () => {
    connections += 1;
  });
  inside = await listenOnFreePort(server);
});

afterAll(() => inside?.stop());

describe('a client whose name leads into the house', () => {
  const tell = async (isPrivateAllowed: boolean): Promise<void> => {
    const telling = createClientTelling({
      issuer: 'https://login.operator.example',
      addresses: new Map([['frontend', `http://localhost:${inside.port}/logout`]]),
      signingKey: () => signingKey,
      isPrivateAllowed,
    });
    await telling.tell({ client: 'frontend', subject: 'somebody', session: 'session' }).finally(() => telling.close());
  };

  it('is not called, whatever the name led to when it was set', async () => {
    await expect(tell(false)).rejects.toThrow('no address on the internet');
    expect(connections).toBe(0);
  });

  it('is called in development', async () => {
    await tell(true);
    expect(connections).toBe(1);
  });
});
