import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** What this process has given away: it may not be listened on yet. */
const given = new Set<number>();

/**
 * Finds ports on which nobody listens, below those that operating systems give to outgoing connections: a server that is
 * stopped and started again finds its port free.
 */
export async function stablePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(20_000, 32_000);
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      ports.push(port);
    }
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise(resolve => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => resolve(true));
    });
  });
}
