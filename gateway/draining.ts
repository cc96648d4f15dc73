/**
 * How connections end when the gateway stops: idle ones at once, those that are in use by their last answer, and what
 * still doesn't end in time is cut, so that everything else can end in order.
 */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Less than a process has to end. */
const PATIENCE_MILLISECONDS = 8_000;

export function closeConnectionsWhenDraining(server: FastifyInstance): void {
  let isDraining = false;
  // Browsers open connections ahead; Node takes those on which nothing has come yet for ones in use.
  const open = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.addHook('preClose', async () => {
    isDraining = true;
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    const impatience = setTimeout(() => server.server.closeAllConnections(), PATIENCE_MILLISECONDS);
    server.server.once('close', () => clearTimeout(impatience));
  });
  server.addHook('onSend', async (_request, reply) => {
    if (isDraining) reply.header('connection', 'close');
  });
}
