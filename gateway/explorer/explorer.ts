/**
 * The analysts' page: what a browser gets that opens `/graphql`. Everybody else who asks there gets GraphQL.
 *
 * The page is public and the same for everybody. Whoever logs in on it gets tokens from the issuer directly, and asks the
 * gateway as any other client.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import Negotiator from 'negotiator';
import type { GatewayConfiguration } from '../config.ts';
import { GRAPHQL_RESPONSE, JSON_RESPONSE } from '../protection/media-type.ts';
import { ASSET_PATH, IMPORT_MAP, loadAssets } from './assets.ts';
import { contentSecurityPolicy } from './content-security.ts';
import { explorerDocument } from './document.ts';
import { CALLBACK_PATH, ENDPOINT, pageSettings } from './settings.ts';

/** Has to be called before the route of the endpoint is added. */
export async function registerExplorer(server: FastifyInstance, configuration: GatewayConfiguration): Promise<void> {
  const assets = await loadAssets();

  const sendPage = (reply: FastifyReply) => {
    const styleNonce = randomBytes(16).toString('base64');
    const policy = contentSecurityPolicy({
      importMap: IMPORT_MAP,
      styleNonce,
      issuerOrigin: configuration.issuer?.url.origin,
    });
    return reply
      .header('content-security-policy', policy)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(explorerDocument(pageSettings(configuration, new Date()), styleNonce));
  };

  server.addHook('onRequest', async (request, reply) => {
    const isForEndpoint = request.method === 'GET' && request.routeOptions.url === ENDPOINT;
    if (isForEndpoint && prefersPage(request.headers.accept)) return sendPage(reply);
  });
  server.get(CALLBACK_PATH, (_request, reply) => sendPage(reply));
  server.get<{ Params: { name: string } }>(`${ASSET_PATH}/:name`, (request, reply) => {
    const asset = assets.get(request.params.name);
    if (!asset) return reply.callNotFound();
    reply.header('cache-control', 'no-cache').header('etag', asset.etag);
    if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
    return reply.type(asset.type).send(asset.body);
  });
}

/** Whether a client would rather have HTML than an answer of GraphQL, as browsers do. */
function prefersPage(accept: string | undefined): boolean {
  const known = [GRAPHQL_RESPONSE, JSON_RESPONSE, 'text/html'];
  return new Negotiator({ headers: { accept: accept ?? '*/*' } }).mediaType(known) === 'text/html';
}
