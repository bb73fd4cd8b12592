import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { closeConnectionsAfter } from './closeConnections';

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('closeConnectionsAfter', () => {
  let server: Server;
  afterEach(() => server.closeAllConnections());

  it('ends a long poll that would hold the server open', async () => {
    server = createServer();
    const arrived = once(server, 'request');
    const begin = closeConnectionsAfter(server, 50);
    const poll = get(await listen(server));
    const ended = once(poll, 'error');
    await arrived;

    const closed = once(server, 'close');
    begin();
    server.close();

    await expect(closed).resolves.toEqual([]);
    await expect(ended).resolves.toMatchObject([{ code: 'ECONNRESET' }]);
  });

  it('lets a request that is being answered finish', async () => {
    server = createServer((_request, response) => {
      setTimeout(() => response.end('done'), 100);
    });
    const begin = closeConnectionsAfter(server, 5_000);
    const request = get(await listen(server), { agent: false });
    await once(server, 'request');

    begin();
    server.close();

    const [response] = await once(request, 'response');
    expect(await response.setEncoding('utf8').toArray()).toEqual(['done']);
  });
});
