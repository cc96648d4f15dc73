/**
 * graphql-sse in its mode of a single connection: any number of operations, each sent by a request of its own, are
 * answered over one stream.
 *
 * 1. `PUT /graphql/stream` reserves a stream and gives its token.
 * 2. `GET /graphql/stream` with the token opens it, once.
 * 3. `POST /graphql/stream` with the token begins an operation, `DELETE` ends it.
 *
 * The token opens nothing by itself: each request has an access token, of the principal that reserved the stream. A newer
 * one renews what is open.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Principal } from '../authentication/principal.ts';
import { tokenMissing } from '../authentication/refusal.ts';
import { type Apollo, answerAsText } from '../graphql-route.ts';
import { admitRequest } from '../incoming-request.ts';
import type { AdmittedRequest } from '../pipeline.ts';
import { badRequest } from '../protection/http-requests.ts';
import { headerOf, type LiveHttpParts, refuseLive, takeOver } from './answer-live.ts';
import { nextEvent, SERVER_SENT_EVENTS } from './formats.ts';
import { ownerOf, readParameters, subscriptionRequest } from './request.ts';
import { openStream, writeMessages } from './stream.ts';
import type { Subscription } from './subscription.ts';

export const STREAM_PATH = '/graphql/stream';
const TOKEN_HEADER = 'x-graphql-event-stream-token';
/** For a stream that was reserved and not opened. */
const RESERVED_MILLISECONDS = 30_000;
const MOST_RESERVED = 20;
/** Whose answers wait in memory as long as nobody reads them. */
const MOST_QUERIES = 20;
const LONGEST_OPERATION_ID = 100;
const TELLING_MILLISECONDS = 100;

interface Reservation {
  readonly token: string;
  readonly owner: string;
  readonly operations: Map<string, Subscription | undefined>;
  /** undefined: not yet. */
  write: ((text: string) => Promise<void>) | undefined;
  close?: () => void;
}

export function serveSingleConnections(server: FastifyInstance, apollo: Apollo, parts: LiveHttpParts): void {
  const reservations = new Map<string, Reservation>();

  const routes: Readonly<Record<string, (asked: Asked) => Promise<unknown>>> = {
    PUT: async ({ reply, owner }) => {
      const own = [...reservations.values()].filter((one) => one.owner === owner);
      if (own.length >= MOST_RESERVED) throw refusal('There are too many streams. Close one first.', 429);
      const reservation: Reservation = { token: randomUUID(), owner, operations: new Map(), write: undefined };
      reservations.set(reservation.token, reservation);
      setTimeout(() => reservation.write ?? reservations.delete(reservation.token), RESERVED_MILLISECONDS).unref();
      return reply.code(201).type('text/plain; charset=utf-8').send(reservation.token);
    },

    GET: async (asked) => {
      const { request, reply } = asked;
      const reservation = reservedBy(asked);
      if (reservation.write) throw refusal('The stream is open already.', 409);
      takeOver(request, reply);
      const { mediaType, signOfLife } = SERVER_SENT_EVENTS;
      const write = openStream(reply.raw, mediaType, signOfLife);
      if (!write) return reply;
      reservation.write = write;
      reply.raw.once('close', () => {
        reservations.delete(reservation.token);
        for (const subscription of reservation.operations.values()) subscription?.end();
      });
      reservation.close = () => reply.raw.end();
      await write(signOfLife);
      return reply;
    },

    POST: async (asked) => {
      const { request, reply, admitted, principal } = asked;
      const { write, operations } = reservedBy(asked);
      if (!write) throw refusal('The stream is not open.', 404);
      const parameters = readParameters(request.body);
      const id = parameters.extensions?.['operationId'];
      if (typeof id !== 'string' || id === '' || id.length > LONGEST_OPERATION_ID) {
        throw badRequest('`extensions.operationId` is missing.');
      }
      if (operations.has(id)) throw refusal('There is an operation of this id.', 409);
      const subscription = parts.live.subscribe(subscriptionRequest(parameters, { principal, transport: 'sse' }));
      const queries = [...operations.values()].filter((one) => one === undefined).length;
      if (!subscription && queries >= MOST_QUERIES) throw refusal('There are too many queries on this stream.', 429);
      operations.set(id, subscription);
      const next = (text: string) => write(nextEvent(`{"id":${JSON.stringify(id)},"payload":${text}}`));
      void (async () => {
        if (subscription) {
          const error = await writeMessages(subscription, ({ text }) => next(text));
          if (error) await next(JSON.stringify({ errors: [error] }));
        } else {
          await next(await answerAsText(apollo, request, admitted));
        }
        operations.delete(id);
        await write(`event: complete\ndata: ${JSON.stringify({ id })}\n\n`);
      })().catch((error: unknown) => parts.log.error({ err: error }, 'a stream cannot go on'));
      return reply.code(202).send();
    },

    DELETE: async (asked) => {
      const { query } = asked.request;
      const id = typeof query === 'object' && query !== null && 'operationId' in query ? query.operationId : undefined;
      if (typeof id !== 'string') throw badRequest('`operationId` is missing.');
      reservedBy(asked).operations.get(id)?.end();
      return asked.reply.code(200).send();
    },
  };

  server.addHook('preClose', async () => {
    // Until it has been told why.
    await wait(TELLING_MILLISECONDS);
    for (const { close } of reservations.values()) close?.();
  });

  server.route({
    method: ['PUT', 'GET', 'POST', 'DELETE'],
    url: STREAM_PATH,
    handler: async (request, reply) => {
      try {
        const admitted = await admitRequest(request, reply, parts);
        const { principal } = admitted.record;
        if (!principal) throw tokenMissing();
        return await routes[request.method]?.({ request, reply, admitted, principal, owner: ownerOf(principal) });
      } catch (error) {
        refuseLive(request, reply, error, parts);
        return reply;
      }
    },
  });

  /** @throws {GraphQLError} with 404, alike for what isn't there and what is somebody else's */
  function reservedBy({ request, principal, owner }: Asked): Reservation {
    const { query } = request;
    const inQuery = typeof query === 'object' && query !== null && 'token' in query ? query.token : undefined;
    const reservation = reservations.get(headerOf(request, TOKEN_HEADER) ?? String(inQuery));
    if (reservation?.owner !== owner) throw refusal('There is no such stream.', 404);
    for (const subscription of reservation.operations.values()) subscription?.renew(principal);
    return reservation;
  }
}

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly admitted: AdmittedRequest;
  readonly principal: Principal;
  readonly owner: string;
}

function refusal(message: string, status: number): GraphQLError {
  const code = status === 429 ? 'RATE_LIMITED' : 'BAD_REQUEST';
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}
