import { once } from 'node:events';
import net from 'node:net';
import fs from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Tunnel } from './Tunnel';

/** A server that answers what the tunnel asks it first, and then repeats what it hears. */
async function listen(answer?: string) {
  let isFirst = Boolean(answer);
  const sockets = new Set<net.Socket>();
  const server = net.createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', data => {
      socket.write(isFirst ? answer! : data);
      isFirst = false;
    });
    socket.on('end', () => socket.end());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    close() {
      sockets.forEach(socket => socket.destroy());
      server.close();
    },
  };
}

describe('Tunnel', () => {
  let stop: Array<() => unknown>;
  beforeEach(() => {
    stop = [];
  });
  afterEach(async () => {
    for (const each of stop.reverse()) await each();
  });

  const open = async (port: number, ssl?: boolean) => {
    const tunnel = await Tunnel.open(
      { host: '127.0.0.1', port, user: 'u', password: 'p', ssl },
      500,
    );
    stop.push(() => tunnel.close());
    return {
      tunnel,
      connect: () => net.connect(path.join(tunnel.folder, `.s.PGSQL.${port}`)),
    };
  };

  it('leads to the server, and lets nobody else in', async () => {
    const server = await listen();
    stop.push(() => server.close());
    const { tunnel, connect } = await open(server.port);
    for (const said of ['two tents', 'a stove']) {
      const socket = connect();
      socket.write(said);
      const [heard] = await once(socket, 'data');
      expect(String(heard)).toBe(said);
    }
    expect((await fs.stat(tunnel.folder)).mode % 0o1000).toBe(0o700);
    await tunnel.close();
    await expect(fs.stat(tunnel.folder)).rejects.toThrow('ENOENT');
  });

  it('leads to a server that listens at a socket', async () => {
    const server = await listen();
    stop.push(() => server.close());
    const far = await open(server.port);
    const near = await Tunnel.open(
      {
        host: far.tunnel.folder,
        port: server.port,
        user: 'u',
        password: 'p',
      },
      500,
    );
    stop.push(() => near.close());
    const socket = net.connect(
      path.join(near.folder, `.s.PGSQL.${server.port}`),
    );
    socket.write('two tents');
    const [heard] = await once(socket, 'data');
    expect(String(heard)).toBe('two tents');
  });

  it('hands nothing to a server that speaks no TLS where it has to', async () => {
    for (const answer of ['N', 'Sand something in between']) {
      const server = await listen(answer);
      stop.push(() => server.close());
      const { connect } = await open(server.port, true);
      const socket = connect();
      socket.on('error', () => {});
      socket.write('the password');
      expect(String(await buffer(socket).catch(() => ''))).toBe('');
    }
  });

  it('ends when the server does, does not answer, or is not there', async () => {
    const server = await listen();
    const { connect } = await open(server.port);
    const begun = connect();
    begun.on('error', () => {});
    begun.write('two tents');
    await new Promise(resolve => begun.once('data', resolve));
    const ended = new Promise(resolve => begun.once('close', resolve));
    server.close();
    await ended;
    const late = connect();
    late.on('error', () => {});
    await new Promise(resolve => late.once('close', resolve));

    const silent = net.createServer(() => {});
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    stop.push(() => silent.close());
    const { port } = silent.address() as net.AddressInfo;
    const waiting = (await open(port, true)).connect();
    waiting.on('error', () => {});
    await new Promise(resolve => waiting.once('close', resolve));
    expect([begun, late, waiting].map(each => each.destroyed)).toEqual([
      true,
      true,
      true,
    ]);
  });
});
