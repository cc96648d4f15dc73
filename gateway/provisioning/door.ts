/**
 * `/scim/v2/<company>/…`: where a company's identity provider puts people in and takes them out (SCIM 2.0, RFC 7644).
 *
 * Only what may come in is decided here: how large, how often, how long. Whose token it is and what it asks for, the
 * directory decides, over mutual TLS; a company that doesn't exist and a token that isn't its own are answered alike.
 */
import type { Log } from '@commonhold/platform/log.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { httpStatusOf } from '../errors.ts';
import type { Connection } from '../execution/connection.ts';
import { discardBody, readJson } from '../protection/http-requests.ts';
import type { ProvisioningLimits } from './limits.ts';
import { refusalBody, SCIM_JSON, sendRefusal } from './refusals.ts';

export interface ProvisioningParts {
  readonly directoryOrigin: string;
  readonly directory: Connection;
  readonly identity: ServiceIdentity;
  readonly limits: ProvisioningLimits;
  /** Where clients reach the gateway. */
  readonly publicOrigin: string;
  readonly timeoutMilliseconds: number;
  readonly log: Log;
}

const LARGEST_BODY_BYTES = 512 * 1024;
const LONGEST_TOKEN = 200;
/** What may be a company's key; nothing else is asked about. */
const COMPANY = /^[A-Za-z0-9_.:~-]{1,120}$/;
const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

export function registerProvisioning(parts: ProvisioningParts): (server: FastifyInstance) => Promise<void> {
  return async (root) => {
    await root.register(
      async (server) => {
        readScimJson(server);
        server.setErrorHandler((error, request, reply) => refuseRequest(error, request, reply, parts));
        server.route({
          method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
          url: '/:company/*',
          exposeHeadRoute: false,
          handler: (request, reply) => answer(request, reply, parts),
        });
      },
      { prefix: '/scim/v2' },
    );
  };
}

const answered = z.object({
  status: z.number().int(),
  body: z.record(z.string(), z.unknown()).optional(),
  location: z.string().optional(),
  version: z.string().optional(),
});

async function answer(request: FastifyRequest, reply: FastifyReply, parts: ProvisioningParts): Promise<FastifyReply> {
  const { limits } = parts;
  const { company = '' } = request.params as { readonly company?: string };
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  if (!COMPANY.test(company) || token === undefined || token.length > LONGEST_TOKEN) return sendRefusal(reply, 401);
  const caller = { company, token, address: request.ip };
  const admission = await limits.admit(caller);
  if (admission.kind === 'refused') return sendRefusal(reply.header('retry-after', admission.secondsToWait), 429);
  const given = await askDirectory(request, { company, token }, parts).catch(() => undefined);
  if (!given) return sendRefusal(reply.header('retry-after', 5), 503);
  await limits.found(caller, admission, given.status !== 401);
  parts.log.info({ requestId: request.id, method: request.method, status: given.status }, 'provisioning');
  if (given.status === 401) return sendRefusal(reply, 401);
  if (given.version !== undefined) reply.header('etag', given.version);
  if (given.location !== undefined)
    reply.header(given.status === 201 ? 'location' : 'content-location', given.location);
  reply.code(given.status).header('cache-control', 'no-store');
  return given.body === undefined ? reply.send() : reply.type(SCIM_JSON).send(JSON.stringify(given.body));
}

async function askDirectory(
  request: FastifyRequest,
  { company, token }: { readonly company: string; readonly token: string },
  { directoryOrigin, directory, identity, publicOrigin, timeoutMilliseconds }: ProvisioningParts,
): Promise<z.output<typeof answered>> {
  const path = (request.params as { readonly '*'?: string })['*'] ?? '';
  const ifMatch = request.headers['if-match'];
  const serviceToken = await mintServiceToken(identity, 'directory', { tenant: company });
  const { status, bytes } = await directory.post(`${directoryOrigin}/provisioning`, {
    headers: {
      authorization: `Bearer ${serviceToken}`,
      'x-request-id': request.id,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      token,
      method: request.method,
      path,
      query: request.query,
      ifMatch,
      base: `${publicOrigin}/scim/v2/${company}`,
      body: request.body,
    }),
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  if (status === 400) return { status: 400, body: refusalBody(400) };
  if (status !== 200) throw new Error('the directory gives no answer');
  return answered.parse(JSON.parse(bytes.toString()));
}

/** Providers send `application/scim+json` (RFC 7644, section 3.1) or plain JSON; some name it where there is no body. */
function readScimJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>(
    ['application/scim+json', 'application/json'],
    { parseAs: 'buffer', bodyLimit: LARGEST_BODY_BYTES },
    async (request: FastifyRequest, body: Buffer) => (body.length === 0 ? undefined : readJson(request, body)),
  );
}

async function refuseRequest(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { log }: ProvisioningParts,
): Promise<FastifyReply> {
  const status = httpStatusOf(error);
  if (status === 413) await discardBody(request.raw).catch(() => undefined);
  if (status >= 500) log.error({ requestId: request.id, err: error }, 'provisioning failed');
  return sendRefusal(reply, status);
}
