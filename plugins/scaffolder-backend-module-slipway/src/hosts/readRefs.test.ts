import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { readRefs } from './readRefs';

describe('refs of a host', () => {
  let server: Server;

  afterEach(() => server.close());

  it('that hangs up are not told, and the host is named', async () => {
    server = createServer(socket => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(
      readRefs(`http://${host}/lighthouse/orders.git`, {
        username: 'nora',
        password: 'a-password',
      }),
    ).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringMatching(
        new RegExp(`^The git host ${host} does not answer\\.`),
      ),
    });
  });
});
