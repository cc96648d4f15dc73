/**
 * For tests: the directory as the gateway sees it, over mutual TLS and with its service tokens verified. It answers
 * `/access` with what a test grants, and `/graphql` with what a test lets it say.
 */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { TLSSocket } from 'node:tls';
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
  access: unknown;
  /** What `/graphql` answers; undefined: the connection is closed. */
  answer: (operation: string) => unknown;
  stop(): Promise<void>;
}

export const DISPATCHER = { active: true, kind: 'person', grants: [{ role: 'DISPATCHER' }] };

export async function startStubDirectory(identity: ServiceIdentity): Promise<StubDirectory> {
  const server = createServer(
    { ...tlsMaterial(identity), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    async (request, response) => {
      const body = await readText(request);
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      const certificate = request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined;
      const claims = await verifyServiceToken(token, certificate, 'directory', ['gateway']).catch(() => undefined);
      const isHealth = request.url === '/health/ready';
      if (!claims && !isHealth) return response.writeHead(401).end();
      stub.received.push({ url: request.url ?? '', headers: request.headers, claims: claims ?? {}, body });
      const answer = request.url === '/access' ? stub.access : isHealth ? { status: 'ready' } : stub.answer(body);
      if (answer === undefined) return request.socket.destroy();
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    },
  );
  const { port, stop } = await listenOnFreePort(server);
  const stub: StubDirectory = {
    origin: `https://localhost:${port}`,
    received: [],
    access: DISPATCHER,
    answer: () => ({ data: {} }),
    stop,
  };
  return stub;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
