/**
 * The endpoints that are asked about a token: revocation (RFC 7009) and introspection (RFC 7662).
 *
 * oidc-provider authenticates the client, decides and answers; what it is asked about is an access token that was verified
 * here (`presented-token.ts`), or one that it keeps itself. A token that isn't in force looks like one that never was.
 */
import { randomUUID } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import type { PresentedToken, PresentedTokens } from './presented-token.ts';

export interface TokenEndpointOptions {
  readonly provider: () => Provider;
  readonly presented: PresentedTokens;
  /** An access token of ours, unless it is over by itself. */
  readonly read: (token: string) => Promise<PresentedToken | undefined>;
  /** Whether the gateway would let it in: neither ended, nor of somebody who is not active. */
  readonly isInForce: (token: PresentedToken) => Promise<boolean>;
  readonly answerByProvider: (request: IncomingMessage, reply: FastifyReply) => Promise<void>;
}

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export function registerTokenEndpoints(scope: FastifyInstance, options: TokenEndpointOptions): void {
  const { provider, presented, read, isInForce, answerByProvider } = options;
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  scope.post('/token/revocation', (request, reply) => answer(request, reply, read));

  scope.post('/token/introspection', async (request, reply) => {
    const clientId = formOf(request).get('client_id') ?? '';
    const client = await provider().Client.find(clientId);
    // Whoever can't prove who they are is told nothing (RFC 7662, section 2.1).
    if (client?.clientAuthMethod === 'none') return reply.status(401).send({ error: 'invalid_client' });
    return answer(request, reply, async (token) => {
      const known = await read(token);
      return known && (await isInForce(known)) ? known : undefined;
    });
  });

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    find: (token: string) => Promise<PresentedToken | undefined>,
  ): Promise<void> {
    const form = formOf(request);
    const [sent, ...more] = form.getAll('token');
    const isJwt = sent !== undefined && more.length === 0 && JWT.test(sent);
    const token = isJwt ? await find(sent) : undefined;
    if (isJwt) form.set('token', token?.jti ?? randomUUID());
    await presented.run({ token }, () => answerByProvider(withBody(request.raw, form.toString()), reply));
  }
}

function formOf({ body }: FastifyRequest): URLSearchParams {
  return new URLSearchParams(typeof body === 'string' ? body : '');
}

/** The same request with another body. */
function withBody(original: IncomingMessage, body: string): IncomingMessage {
  const request = new IncomingMessage(original.socket);
  request.method = original.method;
  request.url = original.url;
  request.headers = { ...original.headers, 'content-length': String(Buffer.byteLength(body)) };
  request.complete = true;
  request.push(body);
  request.push(null);
  return request;
}
