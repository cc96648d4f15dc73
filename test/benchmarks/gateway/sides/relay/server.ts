/** Stands for a subgraph: hands what a partner answers on as it came, over mutual TLS, and knows nothing of it. */
import { createServer } from 'node:https';
import { join } from 'node:path';
import { dataDirectory } from '@commonhold/platform/addresses.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { Pool } from 'undici';
import { RELAY } from './tls.ts';

const partner = new Pool(`http://localhost:${process.env['STUB_PORT']}`, { connections: 16 });
const masterKey = await loadMasterKey(process.env);
const identity = await loadIdentity(RELAY, join(dataDirectory(process.env), 'tls'), masterKey);

const server = createServer(
  { ...tlsMaterial(identity), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
  async (request, response) => {
    const { body } = await partner.request({ method: 'GET', path: request.url ?? '/' });
    response.setHeader('content-type', 'application/json').end(Buffer.from(await body.arrayBuffer()));
  },
);

server.listen(Number(process.env['PORT']), 'localhost', () => process.send?.('ready'));
process.once('disconnect', () => process.exit());
