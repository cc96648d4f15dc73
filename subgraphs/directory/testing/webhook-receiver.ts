/** For tests: an https server of a company that takes webhooks and keeps them. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import { type ServiceIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';

export interface ReceivedCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookReceiver {
  readonly origin: string;
  readonly received: readonly ReceivedCall[];
  /** How the next calls are answered, one each; after them, with 204. */
  answerNext(...answers: readonly { readonly status: number; readonly location?: string }[]): void;
  stop(): Promise<void>;
}

export async function startWebhookReceiver(identity: ServiceIdentity, port = 0): Promise<WebhookReceiver> {
  const received: ReceivedCall[] = [];
  const answers: { readonly status: number; readonly location?: string }[] = [];
  const { cert, key } = tlsMaterial(identity);
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.entries(request.headers).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value] as const] : [],
      );
      received.push({
        path: request.url ?? '',
        headers: Object.fromEntries(headers),
        body: Buffer.concat(chunks).toString(),
      });
      const { status, location } = answers.shift() ?? { status: 204 };
      response.writeHead(status, location === undefined ? {} : { location }).end();
    });
  });
  server.listen(port, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('it listens nowhere');
  return {
    origin: `https://localhost:${address.port}`,
    received,
    answerNext: (...next) => void answers.push(...next),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
