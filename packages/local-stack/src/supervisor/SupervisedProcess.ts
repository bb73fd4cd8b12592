import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Advice } from '../Advice.ts';
import {
  identityOf,
  send,
  stopProcess,
  type ProcessIdentity,
} from '../processes/processes.mjs';
import { LogFile } from './LogFile.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A process that has run this long was well: the next death is a new one. */
const WELL_AFTER_MS = 60_000;
const TAIL_LINES = 15;

/** How a process is run and looked after. */
export interface ProcessSpec {
  name: string;
  /** For people: "the identity provider". */
  title: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Runs as this user. */
  ids?: { uid: number; gid: number };
  cwd: string;
  logFile: string;
  stopSignal: NodeJS.Signals;
  /** How long it may take to stop before it is killed, in milliseconds. */
  patienceMs: number;
  /** How often the first start is tried, with growing pauses. Once when it is left out. */
  attempts?: number;
  /** Done before each start. */
  prepare?: () => Promise<void>;
  /** Resolves when the process with this id can be used; rejects when it never will. */
  ready: (signal: AbortSignal, pid: number) => Promise<void>;
  readyWithinMs: number;
  /** Lines of its output that a person should hear of. Each text is said once a minute at most. */
  complaints?: { pattern: RegExp; text: string }[];
}

interface Events {
  /** It died and is started again. */
  restarting: [{ reason: string; delayMs: number }];
  /** It can be used again after a restart. */
  recovered: [];
  /** The operating system's process has changed; undefined means that there is none. */
  process: [ProcessIdentity | undefined];
  complaint: [string];
}

/**
 * One process of the local stack: started, watched, started again with growing pauses when it dies, and stopped.
 */
export class SupervisedProcess extends EventEmitter<Events> {
  readonly spec: ProcessSpec;
  readonly #log: LogFile;
  #child?: ChildProcess;
  #identity?: ProcessIdentity;
  #stopping = false;
  #exited: Promise<string> = Promise.resolve('');
  #tail: string[] = [];
  #saidAt = new Map<string, number>();

  constructor(spec: ProcessSpec) {
    super();
    this.spec = spec;
    this.#log = new LogFile(spec.logFile, error =>
      this.#say(`The log of ${spec.title} cannot be written: ${error.message}`),
    );
  }

  /**
   * Starts the process and resolves when it is ready. From then on it is kept running.
   *
   * @throws {@link Advice} with the last lines of its output when it dies or is not ready in time
   */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#launch();
        break;
      } catch (error) {
        if (this.#stopping || attempt >= (this.spec.attempts ?? 1)) {
          throw error;
        }
        await sleep(FIRST_DELAY_MS * attempt);
      }
    }
    void this.#watch();
  }

  /** Stops the process for good. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#identity) {
      await stopProcess(
        this.#identity,
        this.spec.stopSignal,
        this.spec.patienceMs,
      );
      await this.#exited;
    }
  }

  /** Kills the process at once, without letting it finish anything. */
  kill(): void {
    this.#stopping = true;
    if (this.#child?.pid) {
      send(-this.#child.pid, 'SIGKILL');
    }
  }

  async #watch(): Promise<void> {
    let delayMs = FIRST_DELAY_MS;
    while (!this.#stopping) {
      const since = Date.now();
      let reason = await this.#exited;
      if (this.#stopping) {
        return;
      }
      if (Date.now() - since > WELL_AFTER_MS) {
        delayMs = FIRST_DELAY_MS;
      }
      for (;;) {
        this.emit('restarting', { reason, delayMs });
        await sleep(delayMs);
        if (this.#stopping) {
          return;
        }
        delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
        try {
          await this.#launch();
          break;
        } catch (error) {
          if (this.#stopping) {
            return;
          }
          reason = error instanceof Error ? firstLine(error) : String(error);
        }
      }
      this.emit('recovered');
    }
  }

  async #launch(): Promise<void> {
    const { spec } = this;
    await spec.prepare?.();
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      ...spec.ids,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C in the terminal is for the supervisor, which stops everything in order.
      detached: true,
    });
    this.#child = child;
    this.#tail = [];
    this.#exited = new Promise(resolve => {
      child.once('error', error => resolve(error.message));
      // "close" and not "exit": what it said last has been read by then.
      child.once('close', (code, signal) => {
        this.#log.close();
        this.#identity = undefined;
        this.emit('process', undefined);
        resolve(
          signal ? `it was stopped by ${signal}` : `it ended with ${code}`,
        );
      });
    });
    if (child.pid !== undefined) {
      this.#identity = identityOf(child.pid);
      this.emit('process', this.#identity);
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#hear(chunk));
    }
    await this.#waitUntilReady(child.pid);
  }

  async #waitUntilReady(pid: number | undefined): Promise<void> {
    const { spec } = this;
    const abort = new AbortController();
    const outcome = await Promise.race([
      // Without an id it could not be started at all, which #exited says.
      ...(pid === undefined
        ? []
        : [
            spec.ready(abort.signal, pid).then(
              () => 'ready' as const,
              (error: Error) => error.message,
            ),
          ]),
      this.#exited,
      sleep(
        spec.readyWithinMs,
        `it was not ready within ${spec.readyWithinMs / 1000} s`,
        { signal: abort.signal, ref: false },
      ).catch(() => ''),
    ]);
    abort.abort();
    if (outcome === 'ready') {
      return;
    }
    if (this.#identity && !this.#stopping) {
      await stopProcess(this.#identity, spec.stopSignal, spec.patienceMs);
      await this.#exited;
    }
    const tail = this.#tail.join('\n    ');
    throw new Advice(
      `${capitalize(spec.title)} did not start: ${outcome}.${tail ? `\n\n    ${tail}\n` : ''}`,
      { log: spec.logFile },
    );
  }

  #hear(chunk: Buffer): void {
    this.#log.write(chunk);
    const lines = chunk.toString().split('\n').filter(Boolean);
    this.#tail = [...this.#tail, ...lines].slice(-TAIL_LINES);
    for (const { pattern, text } of this.spec.complaints ?? []) {
      if (lines.some(line => pattern.test(line))) {
        this.#say(text);
      }
    }
  }

  #say(text: string): void {
    const now = Date.now();
    if (now - (this.#saidAt.get(text) ?? 0) > 60_000) {
      this.#saidAt.set(text, now);
      this.emit('complaint', text);
    }
  }
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function firstLine(error: Error): string {
  return error.message.split('\n')[0];
}
