import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '../../../..');
const require = createRequire(import.meta.url);

/** A route that a package of ours serves; see `watchRoutes`. */
export interface ServedRoute {
  package: string;
  method: string;
  path: string;
}

/** The whole portal from its sources, in a process that also makes tokens and says which routes there are. */
export class Portal {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve(value: any): void; reject(error: Error): void }
  >();
  #output = '';
  #asked = 0;

  /** Starts it and waits until it is ready. */
  static async start(options: {
    port: number;
    configs: string[];
    env: NodeJS.ProcessEnv;
  }): Promise<Portal> {
    const portal = new Portal(options);
    await portal.#ready();
    return portal;
  }

  private constructor(options: {
    port: number;
    configs: string[];
    env: NodeJS.ProcessEnv;
  }) {
    this.url = `http://localhost:${options.port}`;
    this.#child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        resolve(root, 'packages/backend/src/__testUtils__/watchedPortal.ts'),
        ...options.configs.flatMap(path => ['--config', path]),
      ],
      {
        cwd: root,
        env: options.env,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', text => {
        this.#output += text;
      });
    }
    this.#child.on('message', (message: any) => {
      const asked = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) {
        asked?.reject(new Error(message.error));
      } else {
        asked?.resolve(message.value);
      }
    });
  }

  /** Everything it has printed. */
  get output(): string {
    return this.#output;
  }

  /** The routes that packages of ours have registered. */
  routes(): Promise<ServedRoute[]> {
    return this.#ask({ ask: 'routes' });
  }

  /** What was sent to people by mail and Slack. */
  sent(): Promise<{ user: string | null; mail?: string; slack?: string }[]> {
    return this.#ask({ ask: 'sent' });
  }

  /** A token that one plugin shows to another, for itself or on behalf of whose token is given. */
  pluginToken(from: string, to: string, onBehalfOf?: string): Promise<string> {
    return this.#ask({ ask: 'token', from, to, onBehalfOf });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }
    const ended = new Promise(done => {
      this.#child.once('exit', done);
    });
    this.#child.kill('SIGKILL');
    await ended;
  }

  #ask(question: object): Promise<any> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolveAnswer, reject) => {
      this.#waiting.set(id, { resolve: resolveAnswer, reject });
      this.#child.send({ id, ...question });
    });
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + 300_000;
    for (;;) {
      const answer = await fetch(
        `${this.url}/.backstage/health/v1/readiness`,
      ).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.status === 200) {
        return;
      }
      if (this.#child.exitCode !== null || Date.now() > deadline) {
        await this.stop();
        throw new Error(`The portal is not ready:\n${tail(this.#output)}`);
      }
      await sleep(200);
    }
  }
}

function tail(text: string): string {
  return text.slice(-6000);
}
