import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresProviderConfig } from '../config';
import { PostgresServer } from '../PostgresServer';
import { ToolSession } from './ToolSession';

describe('ToolSession', () => {
  let silent: net.Server;
  let server: PostgresServer;
  let port: number;
  const sockets = new Set<net.Socket>();
  const login = { user: 'orders_dump_abcdef', password: 'p' };

  /** Takes connections, and answers nothing. */
  beforeEach(async () => {
    silent = net.createServer(socket => sockets.add(socket));
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    ({ port } = silent.address() as net.AddressInfo);
    const config = {
      title: 'Shared Postgres',
      maxConcurrency: 1,
      connection: { host: '127.0.0.1', port, user: 'u', password: 'p' },
    } as PostgresProviderConfig;
    server = PostgresServer.create(config, {
      connect: 60_000,
      statement: 60_000,
      lengthy: 60_000,
      lock: 60_000,
    });
  });
  afterEach(async () => {
    sockets.forEach(socket => socket.destroy());
    silent.close();
    await server.close();
  });

  it('stops while it waits for a server that does not answer', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const working = ToolSession.use(
      { server, port, login, database: 'orders', signal },
      session => session.connect(),
    ).catch(error => error);
    while (sockets.size === 0) await sleep(10);
    stop.abort();
    expect(await working).toMatchObject({
      name: 'RetryableError',
      message: 'Stopped before Shared Postgres was done',
    });
  });

  it('begins nothing when it was stopped before', async () => {
    const begun = ToolSession.use(
      { server, port, login, database: 'orders', signal: AbortSignal.abort() },
      session => session.run('/bin/true', []),
    );
    await expect(begun).rejects.toMatchObject({ name: 'RetryableError' });
  });

  it('leaves no program running, also one that does not obey', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    let pid = '';
    const working = ToolSession.use(
      { server, port, login, database: 'orders', signal },
      async session => {
        const tool = await session.run('/bin/sh', [
          '-c',
          'trap "" TERM; echo $$; while :; do sleep 0.1; done',
        ]);
        for await (const data of tool.output) {
          pid += data;
          stop.abort();
        }
      },
    );
    await expect(working).rejects.toMatchObject({ name: 'RetryableError' });
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  });
});
