import {
  request as httpRequest,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';

const SIGNALS_PATH = '/api/signals';
/** A path that signals do not take for their own. */
const NOBODY = '/.refused';
const WAKE_WITHIN_MS = 10_000;

/**
 * Looks after the WebSockets of open pages, which upstream's signals leave in three ways without an answer.
 *
 * @remarks
 *
 * - The plugin begins to listen for WebSockets when the first one comes, and never answers that one: the first page
 *   after a start would hang. So the portal itself is the first.
 * - From then on Node hands every request for a WebSocket to signals, which keep those for other paths open, unanswered: of
 *   whoever sends them, and of plugins that answer theirs behind their routes and permissions, as Kubernetes' proxy does.
 *   Only signals' own go there now; the others stay ordinary requests.
 * - A socket without a token is taken, and gets what is sent to everybody. It is refused here; what a token says is
 *   checked by the plugin.
 *
 * @returns a function to call when the plugins have started
 */
export function prepareLiveConnections(server: Server): () => Promise<void> {
  // An option of Node's server that has to be given to who makes it, upstream in our case. Before signals listen, a request
  // of theirs is an ordinary one as well: it is what makes them listen.
  Object.assign(server, {
    shouldUpgradeCallback: (request: IncomingMessage) =>
      request.url === SIGNALS_PATH && server.listenerCount('upgrade') > 0,
  });
  const whenListened = new Promise<void>(resolve => {
    const onNewListener = (event: string | symbol) => {
      if (event === 'upgrade') {
        server.off('newListener', onNewListener);
        server.on('upgrade', refuseStrangers);
        resolve();
      }
    };
    server.on('newListener', onNewListener);
  });
  return () => wake(server, whenListened);
}

function refuseStrangers(request: IncomingMessage, socket: Duplex): void {
  if (request.headers['sec-websocket-protocol']) {
    return;
  }
  // Signals' own listener is called after this one and has to leave the socket alone.
  request.url = NOBODY;
  socket.on('error', () => {});
  socket.end(
    'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    () => socket.destroy(),
  );
}

async function wake(server: Server, whenListened: Promise<void>) {
  const { port, address } = server.address() as AddressInfo;
  const open = server instanceof TlsServer ? httpsRequest : httpRequest;
  const first = open({
    host: ['::', '0.0.0.0'].includes(address) ? 'localhost' : address,
    port,
    path: SIGNALS_PATH,
    headers: { connection: 'Upgrade', upgrade: 'websocket' },
    // Ourselves, by an address that is on no certificate.
    rejectUnauthorized: false,
    timeout: WAKE_WITHIN_MS,
  });
  await new Promise<void>(resolve => {
    whenListened.then(resolve);
    // There are no signals in this portal, or they could not start.
    for (const event of ['response', 'error', 'timeout']) {
      first.once(event, () => resolve());
    }
    first.end();
  });
  first.on('error', () => {});
  first.destroy();
}
