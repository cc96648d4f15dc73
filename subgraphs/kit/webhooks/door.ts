/**
 * The door that a partner's webhooks come to: `POST /webhooks`, over TLS, and nothing else is there.
 *
 * Nobody is known before the whole body has been read, so that everything is bounded before: bodies, headers, time,
 * connections, and how often an address may ask. Answers have no body, and say no more than what the sender has to do.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { isIPv6 } from 'node:net';
import type { Log } from '@commonhold/platform/log.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { followByServer, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { DoorPlace } from './configured-door.ts';
import type { Received, WebhookOutcome } from './receive.ts';
import type { Webhook } from './scheme.ts';

export interface WebhookDoorOptions {
  readonly partner: string;
  readonly place: DoorPlace;
  readonly requestsPerSecond: number;
  receive(webhook: Webhook): Promise<Received>;
  count(outcome: WebhookOutcome): void;
  readonly log: Log;
}

export interface WebhookDoor {
  readonly port: number;
  /** Lets webhooks under way end. */
  stop(): Promise<void>;
}

const GREATEST_BODY_BYTES = 64 * 1024;
/** What is read, and thrown away, of a body that is too large, so that its sender learns of it. */
const GREATEST_READ_BYTES = 1024 * 1024;
const GREATEST_HEADER_BYTES = 8 * 1024;
const GREATEST_CONNECTIONS = 512;
const DRAIN_MILLISECONDS = 1_500;
const TIMEOUTS = { handshakeTimeout: 5_000, headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 30_000 };

const STATUSES: Readonly<Record<WebhookOutcome, number>> = {
  accepted: 202,
  // What is wrong with these is for us to find out: sent again they would be the same.
  'dead-letter': 202,
  foreign: 202,
  unsigned: 401,
  skewed: 401,
  replayed: 409,
  'too-large': 413,
  'rate-limited': 429,
  unavailable: 503,
};

/** @throws {StartupError} when the port can't be had */
export async function openWebhookDoor(options: WebhookDoorOptions): Promise<WebhookDoor> {
  const { place, requestsPerSecond } = options;
  const { identity, host, port } = place;
  const { cert, key } = tlsMaterial(identity);
  const rate = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 });
  const server = createServer(
    {
      cert,
      key,
      minVersion: 'TLSv1.3',
      maxHeaderSize: GREATEST_HEADER_BYTES,
      connectionsCheckingInterval: 1_000,
      ...TIMEOUTS,
    },
    (request, response) => {
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      if (request.url !== '/webhooks') return end(response, 404);
      if (request.method !== 'POST') return end(response, 405);
      return void serve(options, rate, request).then(
        (outcome) => outcome && end(response, STATUSES[outcome]),
        () => end(response, STATUSES.unavailable),
      );
    },
  );
  server.maxConnections = GREATEST_CONNECTIONS;
  followByServer(server, identity, 'TLSv1.3');
  await new Promise<void>((resolve, reject) => {
    // Also later: an accept that fails, for want of descriptors, ends nothing.
    server.on('error', () =>
      reject(new StartupError(`Port ${port} for webhooks is taken`, 'end what listens there, or name another one')),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    stop: async () => {
      const impatience = setTimeout(() => server.closeAllConnections(), DRAIN_MILLISECONDS);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      clearTimeout(impatience);
    },
  };
}

/** @returns undefined when whoever asked has gone */
async function serve(
  { partner, receive, count, log }: WebhookDoorOptions,
  rate: RateLimiterMemory,
  request: IncomingMessage,
): Promise<WebhookOutcome | undefined> {
  const tell = ({ outcome, company, id }: Received): WebhookOutcome => {
    count(outcome);
    if (outcome !== 'accepted') {
      const level = outcome === 'foreign' || outcome === 'dead-letter' ? 'error' : 'warn';
      log[level]({ event: 'webhook not taken', partner, outcome, company, webhook: id });
    }
    return outcome;
  };
  const isWithinRate = await rate.consume(senderOf(request)).then(
    () => true,
    () => false,
  );
  if (!isWithinRate) {
    request.resume();
    return tell({ outcome: 'rate-limited' });
  }
  const body = await readBody(request);
  if (body === 'gone') return undefined;
  if (body === 'too-large') return tell({ outcome: 'too-large' });
  return tell(await receive({ header: (name) => header(request, name), body }));
}

function readBody(request: IncomingMessage): Promise<Buffer | 'too-large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    if (Number(request.headers['content-length'] ?? 0) > GREATEST_BODY_BYTES) resolve('too-large');
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= GREATEST_BODY_BYTES) chunks.push(chunk);
      else resolve('too-large');
      if (size > GREATEST_READ_BYTES) request.destroy();
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => resolve('gone'));
  });
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** One that has IPv6 has at least 64 bits of it. */
function senderOf({ socket: { remoteAddress = '' } }: IncomingMessage): string {
  return isIPv6(remoteAddress) ? remoteAddress.split(':').slice(0, 4).join(':') : remoteAddress;
}

function end(response: ServerResponse, status: number): void {
  if (status === 429 || status === 503) response.setHeader('retry-after', '1');
  response.writeHead(status, { 'content-length': 0 }).end();
}
