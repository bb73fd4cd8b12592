import {
  mockCredentials,
  startTestBackend,
} from '@backstage/backend-test-utils';
import signalsPlugin from '@backstage/plugin-signals-backend';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { prepareLiveConnections } from './liveConnections';

async function start(features: (typeof signalsPlugin)[]) {
  const { server } = await startTestBackend({ features });
  await prepareLiveConnections(server)();
  return (server.address() as AddressInfo).port;
}

/** The first line of what is answered to a request for a WebSocket. */
async function ask(port: number, path: string, token?: string) {
  const socket = connect(port, 'localhost');
  socket.write(
    [
      `GET ${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...(token ? [`Sec-WebSocket-Protocol: ${token}`] : []),
      '\r\n',
    ].join('\r\n'),
  );
  const [line] = await Promise.race([
    new Promise<string[]>(resolve => {
      socket.once('data', data => resolve(String(data).split('\r\n')));
    }),
    text(socket).then(() => ['closed']),
    new Promise<string[]>(resolve => {
      setTimeout(resolve, 5_000, ['no answer']);
    }),
  ]);
  socket.destroy();
  return line;
}

describe('live connections', () => {
  it('takes the very first page, and nobody who is not signed in', async () => {
    const port = await start([signalsPlugin]);
    expect(await ask(port, '/api/signals', mockCredentials.user.token())).toBe(
      'HTTP/1.1 101 Switching Protocols',
    );
    expect(await ask(port, '/api/signals')).toBe('HTTP/1.1 401 Unauthorized');
    expect(
      await ask(port, '/api/signals', mockCredentials.user.invalidToken()),
    ).toBe('HTTP/1.1 401 Unauthorized');
  });

  it.each(['/', '/signals', '/api/signals?x', '/api/other'])(
    'leaves a socket that goes to %s to its route',
    async path => {
      const port = await start([signalsPlugin]);
      expect(await ask(port, path, mockCredentials.user.token())).toBe(
        'HTTP/1.1 404 Not Found',
      );
    },
  );

  it('starts without signals', async () => {
    const port = await start([]);
    expect(await ask(port, '/api/signals')).toMatch(/^HTTP\/1.1 [45]/);
  });
});
