import { spawn } from 'node:child_process';
import {
  PassThrough,
  pipeline,
  type Readable,
  type Writable,
} from 'node:stream';
import { RetryableError, TerminalError } from '@slipway/plugin-databases-node';

/** Time for a program to end once it is told to, in milliseconds. */
const GRACE_MS = 3_000;
/** What is kept of what a program says, in characters: the first errors. */
const KEPT_LENGTH = 16_384;

/**
 * A program of Postgres at work.
 * @internal
 */
export interface RunningTool {
  input: Writable;
  output: Readable;
  /** What it has said, of which the first part is kept. Names and rows of the tenant may be in it. */
  said(): string;
  /** Its exit code, or `undefined` when a signal ended it, once all that it has put out was taken. Never rejects. */
  ended: Promise<number | undefined>;
  /** Whether it has ended, whatever of it was taken. */
  hasExited(): boolean;
  /** Tells it to end, and ends it when it does not. */
  stop(): void;
}

/**
 * Starts a program. Nothing of the portal's own environment gets to it: variables and files of its user would say where to connect
 * and as whom.
 *
 * @throws TerminalError when it cannot be started
 * @internal
 */
export async function runTool(
  program: string,
  args: string[],
  connection: {
    /** The folder of the socket. */
    host: string;
    port: number;
    user: string;
    password: string;
    database: string;
  },
): Promise<RunningTool> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      // As a script in front of the programs needs it.
      PATH: process.env.PATH,
      LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH,
      HOME: '/nonexistent',
      // So that what they say can be told apart.
      LC_ALL: 'C',
      PGHOST: connection.host,
      PGPORT: String(connection.port),
      PGUSER: connection.user,
      PGDATABASE: connection.database,
      // An argument would be seen by everybody on the machine.
      PGPASSWORD: connection.password,
      PGPASSFILE: '/nonexistent',
      PGAPPNAME: 'slipway',
      PGCONNECT_TIMEOUT: '20',
      PGCLIENTENCODING: 'UTF8',
      PGREQUIREAUTH: 'scram-sha-256',
    },
  });
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', text => {
    said = (said + text).slice(0, KEPT_LENGTH);
  });
  for (const stream of [child.stdin, child.stderr]) {
    stream.on('error', () => {
      // How it ended says more.
    });
  }
  // Node throws away what nobody reads yet when a program ends.
  const output = pipeline(child.stdout, new PassThrough(), () => {
    // How it ended says more.
  });
  output.on('error', () => {});
  const ended = new Promise<number | undefined>(resolve => {
    child.once('close', code => resolve(code ?? undefined));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => {
      const { code } = error;
      reject(
        ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(code ?? '')
          ? new RetryableError(
              `The portal's machine is short of resources (${code})`,
            )
          : new TerminalError(`${program} cannot be run (${code})`),
      );
    });
  });
  return {
    input: child.stdin,
    output,
    said: () => said,
    ended,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    stop() {
      // With an error, or whoever reads it would wait for its end.
      output.destroy(new Error('Stopped'));
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      child.once('exit', () => clearTimeout(killing));
      if (child.exitCode !== null || child.signalCode !== null) {
        clearTimeout(killing);
      }
    },
  };
}
