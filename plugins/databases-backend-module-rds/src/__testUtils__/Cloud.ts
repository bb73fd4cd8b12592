import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import { PostgresFarm } from './PostgresFarm';
import { startMoto } from './startMoto';

/** What a test wants of a call, by its action, such as `CreateDBInstance`. */
export interface Fault {
  action: string;
  /** How often; once when left out. */
  times?: number;
  /** Done before AWS gets the call. */
  before?: () => Promise<unknown>;
  /** Answers in the place of AWS, which never sees the call: an error of this name. */
  error?: { code: string; status: number; message?: string };
  /** AWS does it, and the answer is lost. */
  isLost?: boolean;
  /** Changes what is asked of AWS. */
  alter?: (form: URLSearchParams) => void;
  /** Changes what AWS answers. */
  rewrite?: (answer: string) => string;
}

/**
 * AWS for tests: moto, and behind each of its instances a real Postgres, which comes and goes with the instance. All calls go
 * through here, so that a test can have them fail.
 */
export class Cloud {
  readonly port: number;
  readonly farm: PostgresFarm;
  /** What was asked for, in its order. */
  readonly calls: Array<{ action: string; body: string }> = [];
  readonly #server: Server;
  readonly #moto: Awaited<ReturnType<typeof startMoto>>;
  #faults: Array<Fault & { left: number }> = [];
  /** Instances that are just being made, by name. */
  readonly #making = new Map<string, Promise<unknown>>();

  static async start(): Promise<Cloud> {
    // What AWS' own clients look for; moto takes any.
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
    const [moto, farm] = await Promise.all([
      startMoto(),
      PostgresFarm.create(),
    ]);
    const server = createServer();
    await new Promise<void>(resolve =>
      server.listen(0, '127.0.0.1', () => resolve()),
    );
    return new Cloud(server, moto, farm);
  }

  private constructor(
    server: Server,
    moto: Awaited<ReturnType<typeof startMoto>>,
    farm: PostgresFarm,
  ) {
    this.#server = server;
    this.#moto = moto;
    this.farm = farm;
    const address = server.address();
    this.port = address && typeof address === 'object' ? address.port : 0;
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(error =>
        response.destroy(error as Error),
      );
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  have(fault: Fault): void {
    this.#faults.push({ ...fault, left: fault.times ?? 1 });
  }

  /** Nothing fails any more. */
  restore(): void {
    this.#faults = [];
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
    await this.farm.stop();
    await this.#moto.stop();
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString();
    const form = new URLSearchParams(text);
    const target = request.headers['x-amz-target']?.toString();
    const action = target?.split('.').pop() ?? form.get('Action') ?? '';
    this.calls.push({ action, body: text });

    const fault = this.#faults.find(
      each => each.action === action && each.left > 0,
    );
    if (fault) {
      fault.left -= 1;
    }
    await fault?.before?.();
    if (fault?.error) {
      const { code, status, message = '' } = fault.error;
      response.statusCode = status;
      if (target) {
        response.end(JSON.stringify({ __type: code, message }));
      } else {
        response.end(
          `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
        );
      }
      return;
    }
    const name = form.get('DBInstanceIdentifier') ?? '';
    await this.#making.get(name);
    fault?.alter?.(form);
    const work = this.#pass(
      action,
      name,
      request,
      fault?.alter ? form.toString() : text,
    );
    if (action === 'CreateDBInstance') {
      this.#making.set(name, work);
      const forget = () => this.#making.delete(name);
      work.then(forget, forget);
    }
    const { answer, said } = await work;
    if (fault?.isLost) {
      response.destroy();
      return;
    }
    response.statusCode = answer.status;
    response.setHeader(
      'content-type',
      answer.headers.get('content-type') ?? 'text/xml',
    );
    response.end(fault?.rewrite ? fault.rewrite(said) : said);
  }

  /** Has moto do it, and the instance's Postgres come or go. */
  async #pass(
    action: string,
    name: string,
    request: IncomingMessage,
    body: string,
  ) {
    const answer = await fetch(`http://127.0.0.1:${this.#moto.port}/`, {
      method: 'POST',
      headers: Object.entries(request.headers).flatMap(([key, value]) =>
        // Those that are about the line itself.
        ['connection', 'content-length', 'host', 'expect'].includes(key)
          ? []
          : [[key, String(value)] as [string, string]],
      ),
      body,
    });
    const said = await answer.text();
    if (answer.ok && action === 'CreateDBInstance') {
      await this.farm.start(name);
    }
    if (answer.ok && action === 'DeleteDBInstance') {
      await this.farm.get(name)?.stop();
    }
    return { answer, said };
  }
}
