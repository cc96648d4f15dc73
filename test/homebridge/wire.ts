/** The wire between the product and a Homebridge server: it passes on everything, notes it, and fails when it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of orders: the server never gets them, or gets them and its answer is lost. */
export type WireFault = 'lose-orders' | 'lose-answers';

export interface Wire {
  readonly url: string;
  /** What went over it since the last time, such as `GET /api/accessories`. */
  calls(): readonly string[];
  /** Every token and password that went over it. */
  readonly secrets: ReadonlySet<string>;
  fail(fault: WireFault | undefined): void;
  stop(): Promise<void>;
}

export async function startWire(target: string): Promise<Wire> {
  let noted: string[] = [];
  let fault: WireFault | undefined;
  const secrets = new Set<string>();

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    noted.push(`${method} ${url}`);
    const given = await buffer(request);
    const isOrder = method === 'PUT';
    if (isOrder && fault === 'lose-orders') return void request.socket.destroy();
    const { authorization = '', 'content-type': type = '' } = headers;
    const body = given.length > 0 ? new Uint8Array(given) : null;
    const answer = await fetch(`${target}${url}`, { method, headers: { authorization, 'content-type': type }, body });
    const text = await answer.text();
    if (isOrder && fault === 'lose-answers') return void request.socket.destroy();
    if (url === '/api/auth/login') {
      secrets.add(JSON.parse(given.toString()).password);
      secrets.add(JSON.parse(text).access_token);
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
  };

  const server = createServer((request, response) => {
    pass(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => {
      const before = noted;
      noted = [];
      return before;
    },
    secrets,
    fail: (next) => {
      fault = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
