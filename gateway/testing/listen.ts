/** For tests: a server on a port that nobody uses. */
import type { Server } from 'node:net';
import { createServer } from 'node:net';

export interface Listening {
  readonly port: number;
  stop(): Promise<void>;
}

export async function listenOnFreePort(server: Server & { closeAllConnections?(): void }): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections?.();
      }),
  };
}

const given = new Set<number>();

/** A port that was free a moment ago, for a process that has to be told one; another one each time. */
export async function freePort(): Promise<number> {
  const { port, stop } = await listenOnFreePort(createServer());
  await stop();
  if (given.has(port)) return freePort();
  given.add(port);
  return port;
}
