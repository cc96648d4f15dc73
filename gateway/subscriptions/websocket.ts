/**
 * Subscriptions over WebSocket, by the protocol of graphql-ws.
 *
 * 1. A page of another origin isn't let in; who asks stands in `connection_init`, as it would in the headers of a request.
 * 2. Before the access token is over, a `ping` with `renewBefore` asks for another one, which comes in the payload of a
 *    `ping`. A connection whose token is over is closed.
 * 3. When the gateway stops, connections are closed by a code upon which clients connect again.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type FormattedExecutionResult, GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Principal } from '../authentication/principal.ts';
import { tokenMissing } from '../authentication/refusal.ts';
import type { AdmissionParts } from '../incoming-request.ts';
import type { Admission } from '../protection/admission.ts';
import { badRequest, LARGEST_BODY_BYTES } from '../protection/http-requests.ts';
import { overloaded } from '../protection/overloaded.ts';
import { startRecord } from '../telemetry/request-record.ts';
import type { Live } from './live.ts';
import { ownerOf, readParameters, subscriptionRequest } from './request.ts';
import { toldError } from './stream.ts';
import type { Subscription } from './subscription.ts';

export interface WebSocketParts extends AdmissionParts {
  readonly live: Live;
  readonly admission: Pick<Admission, 'enter'>;
  readonly schema: GraphQLSchema;
}

export interface WebSocketDoor {
  /** Sends all clients elsewhere. */
  drain(): void;
}

/** Where a token, and a proof of the key that it is bound to, stand in a payload. */
const credentials = z.object({ authorization: z.string(), dpop: z.string().optional() });

const PATH = /^\/graphql(\?|$)/;
const SIGN_OF_LIFE_MILLISECONDS = 12_000;
const RENEWAL_MILLISECONDS = 30_000;
/** A closing connection tells why; the ends of its subscriptions would come first otherwise. */
const EARLIER_MILLISECONDS = 100;
const CLOSING_MILLISECONDS = 1_000;
/** Whoever asks on, and reads no answers, has them wait in memory. */
const MOST_UNREAD_BYTES = 8_000_000;
const SERVICE_RESTART = 1012;
const TRY_AGAIN_LATER = 1013;
const NO_CONTENT = parse('subscription { live }');

interface Connection {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  readonly subscriptions: Set<Subscription>;
  principal: Principal | undefined;
  timers: readonly NodeJS.Timeout[];
}

export function serveWebSockets(server: FastifyInstance, parts: WebSocketParts): WebSocketDoor {
  const { live, pipeline, admission, configuration, schema, log } = parts;
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols,
    maxPayload: LARGEST_BODY_BYTES,
    perMessageDeflate: false,
  });
  let isDraining = false;

  const graphql = makeServer<Record<string, unknown>, Connection>({
    async onConnect({ connectionParams, extra }) {
      try {
        const { nonce } = await authenticate(extra, connectionParams);
        return nonce === undefined ? {} : { dpopNonce: nonce };
      } catch (error) {
        close(extra, error);
        return false;
      }
    },
    onSubscribe({ extra }, _id, payload) {
      const leave = admission.enter(extra.principal?.tenant);
      try {
        if (!leave) throw overloaded();
        const parameters = readParameters(payload);
        pipeline.limit({ query: parameters.query, variables: parameters.variables });
        const request = subscriptionRequest(parameters, { principal: extra.principal, transport: 'websocket' });
        const subscription = live.subscribe(request);
        if (!subscription) throw badRequest('Over WebSocket come subscriptions alone. Send the others by HTTP.');
        extra.subscriptions.add(subscription);
        const results = resultsOf(subscription, () => extra.subscriptions.delete(subscription));
        return { schema, document: NO_CONTENT, contextValue: results };
      } catch (error) {
        if (error instanceof GraphQLError) return [error];
        throw error;
      } finally {
        leave?.();
      }
    },
    subscribe: ({ contextValue }) => contextValue as ReturnType<typeof resultsOf>,
    onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
    onError: (_context, _id, _payload, errors) => errors.map(toldError),
  });

  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const status = refusalOf(request);
    if (status) {
      // Whoever keeps its end open isn't waited for.
      socket.once('finish', () => socket.destroy());
      return socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    }
    return sockets.handleUpgrade(request, socket, head, (opened) => accept(opened, request));
  });

  function refusalOf({ url = '', headers: { origin } }: IncomingMessage): string | undefined {
    if (!PATH.test(url)) return '404 Not Found';
    if (isDraining) return '503 Service Unavailable';
    // Browsers alone send it, and none lets a page leave it out.
    if (origin !== undefined && !configuration.allowedOrigins.includes(origin)) return '403 Forbidden';
    return undefined;
  }

  function accept(socket: WebSocket, request: IncomingMessage): void {
    const connection: Connection = { request, socket, subscriptions: new Set(), principal: undefined, timers: [] };
    const stopWatching = watchLife(socket);
    const closed = graphql.opened(
      {
        protocol: socket.protocol,
        // When it has gone out: a client that doesn't read is waited for.
        send: (data) => new Promise((resolve) => socket.send(data, () => resolve())),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) =>
          socket.on('message', (data) => {
            if (socket.bufferedAmount > MOST_UNREAD_BYTES) return socket.terminate();
            receive(String(data)).catch((error: unknown) => {
              log.error({ err: error }, 'a message cannot be answered');
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
            return undefined;
          }),
        onPing: async (payload) => {
          if (payload && 'authorization' in payload) await renew(connection, payload);
          socket.send('{"type":"pong"}');
        },
      },
      connection,
    );
    socket.on('error', () => socket.terminate());
    socket.on('ping', () => socket.bufferedAmount > MOST_UNREAD_BYTES && socket.terminate());
    socket.once('close', (code, reason) => {
      stopWatching();
      for (const timer of connection.timers) clearTimeout(timer);
      for (const subscription of connection.subscriptions) subscription.end();
      closed(code, String(reason)).catch(() => undefined);
    });
  }

  /** @throws {GraphQLError} as a request with these headers would be refused */
  async function authenticate(
    connection: Connection,
    payload: unknown,
  ): Promise<{ readonly nonce: string | undefined }> {
    const { request } = connection;
    const given = credentials.safeParse(payload).data;
    let nonce: string | undefined;
    const deadline = Date.now() + configuration.requestTimeoutMilliseconds;
    const { record } = await pipeline.admit({
      rawHeaders: given
        ? ['authorization', given.authorization, ...(given.dpop === undefined ? [] : ['dpop', given.dpop])]
        : request.rawHeaders,
      arrival: { method: 'GET', address: `${configuration.publicOrigin}/graphql`, certificate: undefined },
      offerNonce: (offered) => {
        nonce = offered;
      },
      query: undefined,
      variables: undefined,
      deadline,
      signal: AbortSignal.timeout(configuration.requestTimeoutMilliseconds),
      record: startRecord(randomUUID()),
      log: () => log,
    });
    if (!record.principal) throw tokenMissing();
    if (connection.principal && ownerOf(connection.principal) !== ownerOf(record.principal)) throw tokenMissing();
    connection.principal = record.principal;
    watchExpiry(connection, record.principal.expiresAt);
    return { nonce };
  }

  async function renew(connection: Connection, payload: unknown): Promise<void> {
    try {
      await authenticate(connection, payload);
      const { principal } = connection;
      if (principal) for (const subscription of connection.subscriptions) subscription.renew(principal);
    } catch (error) {
      close(connection, error);
    }
  }

  return {
    drain() {
      isDraining = true;
      for (const socket of sockets.clients) {
        socket.close(SERVICE_RESTART, 'Connect again');
        setTimeout(() => socket.terminate(), CLOSING_MILLISECONDS).unref();
      }
    },
  };
}

/** A code by which clients connect again with what they are asked for; the reason is the code of the error. */
function close({ socket }: Connection, error: unknown): void {
  const told = toldError(error).extensions ?? {};
  const isOurs = told['code'] === 'SUBGRAPH_UNAVAILABLE' || told['code'] === 'INTERNAL_SERVER_ERROR';
  socket.close(isOurs ? TRY_AGAIN_LATER : CloseCode.Forbidden, reasonOf(error) ?? String(told['code']));
}

/** A proof of possession needs a nonce first, which has no other way to the client. */
function reasonOf(error: unknown): string | undefined {
  const http: unknown = error instanceof GraphQLError ? error.extensions['http'] : undefined;
  const headers = typeof http === 'object' && http !== null && 'headers' in http ? http.headers : undefined;
  const nonce: unknown = headers instanceof Map ? headers.get('dpop-nonce') : undefined;
  return typeof nonce === 'string' ? `use_dpop_nonce ${nonce}` : undefined;
}

function watchExpiry(connection: Connection, expiresAt: number): void {
  for (const timer of connection.timers) clearTimeout(timer);
  const { socket } = connection;
  const left = expiresAt - Date.now();
  const ask = (): void => {
    const payload = { renewBefore: new Date(expiresAt).toISOString() };
    socket.send(JSON.stringify({ type: 'ping', payload }));
  };
  connection.timers = [
    setTimeout(ask, Math.max(0, Math.min(left - RENEWAL_MILLISECONDS, LONGEST_TIMER_MILLISECONDS))),
    setTimeout(
      () => socket.close(CloseCode.Forbidden, 'token expired'),
      Math.max(0, Math.min(left - EARLIER_MILLISECONDS, LONGEST_TIMER_MILLISECONDS)),
    ),
  ];
}

const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** Ends a connection whose other end doesn't answer. */
function watchLife(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    return socket.ping();
  }, SIGN_OF_LIFE_MILLISECONDS);
  return () => clearInterval(timer);
}

/** To be ended also while it is waited for what comes next. */
function resultsOf(subscription: Subscription, onEnd: () => void) {
  const messages = subscription.messages();
  const done = { done: true, value: undefined } as const;
  return {
    async next() {
      try {
        const { value } = await messages.next();
        if (value) return { done: false, value: JSON.parse(value.text) } as const;
      } catch (error) {
        onEnd();
        throw error;
      }
      onEnd();
      return done;
    },
    async return() {
      subscription.end();
      onEnd();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
