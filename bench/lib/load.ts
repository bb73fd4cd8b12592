import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a load may cost: it ends at whichever limit comes first. */
export interface LoadOptions {
  /** Requests in flight, each on its own kept-alive connection. */
  connections: number;
  /** Measured time. */
  seconds: number;
  /** Requests before the clock starts, so that neither side pays for compiling its code. */
  warmUp: number;
  maxRequests: number;
  headers: Record<string, string>;
}

/**
 * Sends requests to this machine and returns how many a second were answered.
 *
 * @param url - the address of the n-th request; both sides get the same sequence.
 * @throws on the first answer that is not 200: refused requests are fast and would look like speed.
 */
export async function measureRequests(
  url: (n: number) => string,
  options: LoadOptions,
): Promise<number> {
  assertLoopback(url(0));
  const agent = new Agent({
    keepAlive: true,
    maxSockets: options.connections,
  });
  try {
    let sent = 0;
    const worker = async (until: () => boolean) => {
      while (!until()) {
        const n = sent;
        sent += 1;
        await get(url(n), options.headers, agent);
      }
    };
    const all = (until: () => boolean) =>
      Promise.all(
        Array.from({ length: options.connections }, () => worker(until)),
      );

    await all(() => sent >= options.warmUp);
    sent = 0;
    const start = performance.now();
    const end = start + options.seconds * 1000;
    await all(() => sent >= options.maxRequests || performance.now() >= end);
    return sent / ((performance.now() - start) / 1000);
  } finally {
    agent.destroy();
  }
}

/**
 * Sends requests to this machine at a fixed pace, whether or not those before were answered, as people do who know nothing of
 * each other.
 *
 * @param url - the address of the n-th request.
 * @param options.until - when to stop; the requests that are on their way are waited for.
 * @returns how long each took, in milliseconds.
 * @throws on the first answer that is not 200, like {@link measureRequests}.
 */
export async function measureLatencies(
  url: (n: number) => string,
  options: {
    perSecond: number;
    headers: Record<string, string>;
    until: Promise<void>;
  },
): Promise<number[]> {
  assertLoopback(url(0));
  const agent = new Agent({ keepAlive: true });
  const latencies: number[] = [];
  const asked: Promise<void>[] = [];
  let isOver = false;
  const over = options.until.finally(() => {
    isOver = true;
  });
  // Said at the end.
  over.catch(() => {});
  try {
    const start = performance.now();
    for (let n = 0; !isOver; n += 1) {
      const sent = performance.now();
      const answered = get(url(n), options.headers, agent).then(() => {
        latencies.push(performance.now() - sent);
      });
      asked.push(answered);
      answered.catch(() => {
        isOver = true;
      });
      const next = start + ((n + 1) * 1000) / options.perSecond;
      await sleep(Math.max(0, next - performance.now()));
    }
    await Promise.all(asked);
    await over;
    return latencies;
  } finally {
    agent.destroy();
  }
}

function assertLoopback(address: string) {
  const { hostname } = new URL(address);
  if (!['localhost', '127.0.0.1', '[::1]'].includes(hostname)) {
    throw new Error(
      `The load generator only talks to this machine, not to '${hostname}'`,
    );
  }
}

function get(url: string, headers: Record<string, string>, agent: Agent) {
  return new Promise<void>((resolve, reject) => {
    const call = request(url, { agent, headers, timeout: 30_000 }, answer => {
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve()
          : reject(new Error(`${answer.statusCode} from ${url}`)),
      );
      answer.resume();
    });
    call.on('timeout', () =>
      call.destroy(new Error(`No answer in 30 s from ${url}`)),
    );
    call.on('error', reject);
    call.end();
  });
}
