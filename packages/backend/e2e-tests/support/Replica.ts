import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** One process of the portal, run from the production bundle exactly as the image runs it. */
export class Replica {
  readonly url: string;
  readonly #options: ReplicaOptions;
  #child?: ChildProcess;
  #exited: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  #output = '';

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  /** Everything it has printed, over all its lives. */
  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  start(): void {
    const { bundle, configs, env } = this.#options;
    const child = spawn(
      process.execPath,
      ['packages/backend', ...configs.flatMap(path => ['--config', path])],
      { cwd: bundle, env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        this.#output += text;
      });
    }
    this.#child = child;
    this.#exited = new Promise(resolve => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  /** The status of its readiness, 0 when nobody answers. */
  async readiness(): Promise<number> {
    try {
      const answer = await fetch(`${this.url}/.backstage/health/v1/readiness`, {
        signal: AbortSignal.timeout(10_000),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  }

  /** Waits until readiness answers this; a process that ends meanwhile is an error. */
  async waitFor(status: number, seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const now = await this.readiness();
      if (now === status) {
        return;
      }
      if (!this.running) {
        throw new Error(`${this.url} has ended:\n${this.#output.slice(-4000)}`);
      }
      if (Date.now() > deadline) {
        throw new Error(
          `${this.url}: readiness is ${now} and not ${status} after ${seconds} s:\n${this.#output.slice(-4000)}`,
        );
      }
      await sleep(200);
    }
  }

  /** Resolves when the process has ended by itself. */
  ended(): Promise<Exit> {
    return this.#exited;
  }

  /** Sends a signal; the result resolves when the process has ended. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit> {
    this.#child?.kill(signal);
    return this.#exited;
  }
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ReplicaOptions {
  port: number;
  /** The runtime folder. */
  bundle: string;
  configs: string[];
  /** The whole environment: nothing is inherited. */
  env: NodeJS.ProcessEnv;
}
