import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Ends what is still connected once a server has been told to stop.
 *
 * @remarks
 * Node's `server.close` waits for every open connection. The event bus keeps long polls open for up
 * to a minute and open pages hold websockets for hours, so that a portal asked to stop would linger
 * until it is killed. Requests that are being answered get `graceMs`; then the sockets are closed.
 * Clients of both kinds connect again by themselves.
 *
 * @returns a function that starts the grace period; to be called when the server begins to stop
 */
export function closeConnectionsAfter(
  server: Server,
  graceMs: number,
): () => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  return () => {
    const timer = setTimeout(() => {
      for (const socket of sockets) {
        socket.destroy();
      }
    }, graceMs);
    server.once('close', () => clearTimeout(timer));
  };
}
