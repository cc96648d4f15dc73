/** Connections that send one and the same request, and read of each answer no more than its status and its end. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { SteadyLoad } from './load.ts';

export interface Clients {
  /** @returns the status; 0: the connection broke */
  ask(): Promise<number>;
}

/**
 * `count` connections that are open before the first request, as clients have them that came before, and further ones while
 * all of them are in use.
 */
export async function openClients(
  { url, headers, body }: Pick<SteadyLoad, 'url' | 'headers' | 'body'>,
  count: number,
): Promise<Clients> {
  const { hostname, port, pathname, host } = new URL(url);
  const lines = Object.entries({ ...headers, host, 'content-length': Buffer.byteLength(body) });
  const head = [`POST ${pathname} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''];
  const request = Buffer.from(head.join('\r\n') + body);
  const idle: Socket[] = [];

  const take = (): Socket => {
    for (let socket = idle.pop(); socket; socket = idle.pop()) if (socket.writable) return socket;
    return open();
  };
  // Of a connection that breaks, `close` is what matters.
  const open = (): Socket =>
    connect({ host: hostname, port: Number(port), noDelay: true }).on('error', () => undefined);

  while (idle.length < count) {
    const socket = open();
    await once(socket, 'connect');
    idle.push(socket);
  }

  return {
    async ask() {
      const socket = take();
      const answered = readAnswer(socket);
      socket.write(request);
      const status = await answered;
      if (status !== 0) idle.push(socket);
      return status;
    },
  };
}

const END_OF_HEAD = '\r\n\r\n';

/** One answer whose length is told, as all of the gateway's are. */
async function readAnswer(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    let [head, status, left] = ['', 0, Number.POSITIVE_INFINITY];
    const end = (told: number): void => {
      socket.off('data', read).off('close', broken);
      resolve(told);
    };
    const broken = (): void => end(0);
    const read = (chunk: Buffer): void => {
      left -= chunk.length;
      if (status === 0) {
        head += chunk.toString('latin1');
        const length = head.indexOf(END_OF_HEAD);
        if (length === -1) return;
        status = Number(head.slice(9, 12));
        left = Number(/^content-length: (\d+)/im.exec(head)?.[1]) - (head.length - length - END_OF_HEAD.length);
      }
      if (left <= 0) end(status);
    };
    socket.on('data', read).on('close', broken);
  });
}
