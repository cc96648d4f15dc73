/** A way between two processes that a test may cut: a TCP proxy that knows nothing of what goes through it. */
import { connect, createServer, type Socket } from 'node:net';
import { listenOnFreePort } from '@commonhold/gateway/testing/listen.ts';

export interface Way {
  readonly port: number;
  /** Breaks all connections and lets no new one through. */
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

export async function openWay(targetPort: number): Promise<Way> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // A connection that breaks is what a test wants to see the effect of.
    socket.on('error', () => undefined);
    return socket.once('close', () => sockets.delete(socket));
  };
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((incoming) => {
    if (isCut) return incoming.destroy();
    const outgoing = keep(connect({ port: targetPort, host: 'localhost', noDelay: true }));
    keep(incoming).setNoDelay(true).pipe(outgoing).pipe(incoming);
    incoming.once('close', () => outgoing.destroy());
    outgoing.once('close', () => incoming.destroy());
    return incoming;
  });
  const { port, stop } = await listenOnFreePort(server);
  return {
    port,
    cut,
    mend: () => {
      isCut = false;
    },
    stop: () => {
      cut();
      return stop();
    },
  };
}
