/**
 * For tests: the directory as the gateway sees it, over mutual TLS and with its service tokens verified. It answers
 * `/access` and `/active` with what a test grants, `/graphql` with what a test lets it say, `/changes` with a heartbeat, and
 * takes whatever else it is told. What a test grants may change from one request to the next, so it is never kept.
 */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { pipeline } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { AccessChange } from '@commonhold/platform/access-feed/messages.ts';
import { createPublisher } from '@commonhold/platform/access-feed/publisher.ts';
import { type ServiceIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { verifyServiceToken } from '@commonhold/platform/tls/service-token.ts';
import type { JWTPayload } from 'jose';
import { listenOnFreePort } from './listen.ts';

export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly claims: JWTPayload;
  readonly body: string;
}

export interface StubDirectory {
  readonly origin: string;
  readonly received: ReceivedRequest[];
  /** What `/access` answers. */
  access: object | undefined;
  /** Tells those who follow that something changed. */
  tell(tenant: string, change: AccessChange): void;
  /** Whether it tells nothing any more, not even that there is nothing to tell. */
  isSilent: boolean;
  /** The version of which `/graphql` and `/access` know already, also before it is told. */
  knows: number;
  /** Ends the streams of those who follow. */
  cut(): void;
  /** What `/active` answers: whether anybody may log in. */
  active: boolean;
  /** Subjects of whom it says that they were removed for good. */
  readonly removed: Set<string>;
  /** What further routes answer, by path; 204 for undefined, and a number is a status of its own. */
  readonly answers: Map<string, (request: ReceivedRequest) => unknown>;
  /** Whether it answers anything at all; otherwise it closes the connection. */
  isReachable: boolean;
  /** What `/graphql` answers, perhaps after a while; undefined: the connection is closed. */
  answer: (operation: string) => unknown;
  stop(): Promise<void>;
}

export const DISPATCHER = { active: true, kind: 'person', grants: [{ role: 'DISPATCHER' }] };

const BEAT_MILLISECONDS = 500;

export async function startStubDirectory(identity: ServiceIdentity): Promise<StubDirectory> {
  const publisher = createPublisher(Number.POSITIVE_INFINITY);
  const beat = (): void => {
    if (!stub.isSilent) publisher.beat(performance.now());
  };
  const beating = setInterval(beat, BEAT_MILLISECONDS);
  const server = createServer(
    { ...tlsMaterial(identity), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    async (request, response) => {
      const body = await readText(request);
      if (!stub.isReachable) return request.socket.destroy();
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      const certificate = request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined;
      const claims = await verifyServiceToken(token, certificate, 'directory', ['gateway', 'issuer']).catch(
        () => undefined,
      );
      const isHealth = request.url === '/health/ready';
      if (!claims && !isHealth) return response.writeHead(401).end();
      if (request.url === '/changes') return pipeline(publisher.open('changes'), response, () => undefined);
      const received = { url: request.url ?? '', headers: request.headers, claims: claims ?? {}, body };
      stub.received.push(received);
      const further = stub.answers.get(received.url);
      if (further) {
        const said = await further(received);
        if (said === undefined) return response.writeHead(204).end();
        if (typeof said === 'number') return response.writeHead(said).end();
        return response.setHeader('content-type', 'application/json').end(JSON.stringify(said));
      }
      const answers: Readonly<Record<string, () => unknown>> = {
        '/access': () => stub.access && { version: version(), unchangedFor: 0, ...stub.access },
        '/active': () => ({ active: stub.active, removed: stub.removed.has(claims?.sub ?? '') }),
        '/graphql': () => stub.answer(body),
        '/health/ready': () => ({ status: 'ready' }),
      };
      if (request.url === '/graphql' && Number(claims?.['accessVersion']) < stub.knows) {
        return response.writeHead(412).end(JSON.stringify({ accessVersion: stub.knows }));
      }
      const answer = await (answers[request.url ?? ''] ?? (() => ({})))();
      if (answer === undefined) return request.socket.destroy();
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    },
  );
  const { port, stop } = await listenOnFreePort(server);
  const version = (): number => Math.max(stub.knows, publisher.versionOf('northgate'));
  const stub: StubDirectory = {
    tell: (tenant, change) => publisher.publish(tenant, publisher.versionOf(tenant) + 1, change),
    isSilent: false,
    knows: 0,
    cut: () => publisher.cut(),
    origin: `https://localhost:${port}`,
    received: [],
    access: DISPATCHER,
    active: true,
    removed: new Set(),
    answers: new Map(),
    isReachable: true,
    answer: () => ({ data: {} }),
    stop: async () => {
      clearInterval(beating);
      await stop();
    },
  };
  beat();
  return stub;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
