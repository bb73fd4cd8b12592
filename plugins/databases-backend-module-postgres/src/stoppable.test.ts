import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { stoppable } from './stoppable';

it('leaves a server that takes a connection and answers nothing', async () => {
  const sockets = new Set<net.Socket>();
  const silent = net.createServer(socket => sockets.add(socket));
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as net.AddressInfo;
  const client = new Client({
    host: '127.0.0.1',
    port,
    connectionTimeoutMillis: 60_000,
  });
  client.on('error', () => {
    // What is under way is rejected with the same error.
  });
  const stop = new AbortController();
  const { done } = stoppable(client, {
    title: 'Shared Postgres',
    signal: stop.signal,
    async cancel() {},
  });
  try {
    const connecting = client.connect().catch(error => error);
    while (sockets.size === 0) await sleep(10);
    stop.abort();
    expect((await connecting).message).toMatch(/Connection terminated/);
  } finally {
    done();
    sockets.forEach(socket => socket.destroy());
    silent.close();
  }
}, 10_000);
