import { createServer, request, type Server } from 'node:http';

/**
 * What stands in front of the replicas in production: hands each request to the next one that says it is ready.
 */
export class FrontDoor {
  readonly url: string;
  readonly #server: Server;
  readonly #targets: string[];
  #next = 0;
  readonly #probe: NodeJS.Timeout;
  #ready: string[] = [];

  /** @param targets - addresses of the replicas. */
  static async create(port: number, targets: string[]): Promise<FrontDoor> {
    const door = new FrontDoor(port, targets);
    await new Promise<void>((resolve, reject) => {
      door.#server.once('error', reject);
      door.#server.listen(port, '127.0.0.1', resolve);
    });
    await door.#look();
    return door;
  }

  private constructor(port: number, targets: string[]) {
    this.url = `http://localhost:${port}`;
    this.#targets = targets;
    this.#server = createServer((incoming, outgoing) => {
      const target = this.#ready[this.#next % this.#ready.length];
      this.#next += 1;
      if (!target) {
        outgoing.writeHead(503).end('No replica is ready');
        return;
      }
      const call = request(
        `${target}${incoming.url}`,
        {
          method: incoming.method,
          headers: { ...incoming.headers, 'x-forwarded-for': '203.0.113.7' },
        },
        answer => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      call.on('error', () => {
        if (!outgoing.headersSent) {
          outgoing.writeHead(502);
        }
        outgoing.end();
      });
      incoming.pipe(call);
    });
    this.#probe = setInterval(() => this.#look(), 500);
  }

  async close(): Promise<void> {
    clearInterval(this.#probe);
    this.#server.closeAllConnections();
    await new Promise(done => {
      this.#server.close(done);
    });
  }

  async #look(): Promise<void> {
    const answers = await Promise.all(
      this.#targets.map(async target => {
        const answer = await fetch(`${target}/.backstage/health/v1/readiness`, {
          signal: AbortSignal.timeout(5_000),
        }).catch(() => undefined);
        await answer?.arrayBuffer();
        return answer?.status === 200;
      }),
    );
    this.#ready = this.#targets.filter((_, n) => answers[n]);
  }
}
