/** What is refused at the door, as SCIM says it (RFC 7644, section 3.12). */
import type { FastifyReply } from 'fastify';

export const SCIM_JSON = 'application/scim+json; charset=utf-8';

const DETAILS: Readonly<Record<number, string>> = {
  400: 'The request cannot be understood.',
  401: 'The token is not valid here.',
  413: 'The body is too large.',
  415: 'Send application/scim+json in UTF-8, uncompressed.',
  429: 'Too many requests. Wait as long as Retry-After says.',
  503: 'A part of the platform does not answer. Try again later.',
};

export function sendRefusal(reply: FastifyReply, status: number): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="scim"');
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type(SCIM_JSON)
    .send(JSON.stringify(refusalBody(status)));
}

export function refusalBody(status: number): Readonly<Record<string, unknown>> {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail: DETAILS[status] ?? 'Something went wrong on our side.',
  };
}
