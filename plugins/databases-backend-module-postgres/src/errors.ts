import { isError } from '@backstage/errors';
import {
  AmbiguousError,
  isProviderError,
  Phase,
  RetryableError,
  TerminalError,
} from '@slipway/plugin-databases-node';
import { isDatabaseFull } from './enterFull';

interface ServerError extends Error {
  /** SQLSTATE of the server, or the name of a system error. */
  code?: string;
}

/**
 * The server does not take the platform's own login. A TerminalError to everybody who cannot do something about it.
 * @public
 */
export class LoginRefusedError extends TerminalError {
  readonly isLoginRefused = true;
}

/**
 * Says what became of a call, in words for people. The server's own message is
 * kept only where it cannot repeat what was sent.
 *
 * @param server - the server's title
 * @internal
 */
export function toProviderError(
  error: unknown,
  server: string,
  phase: Phase,
): Error {
  if (!isError(error)) {
    return new TerminalError(`${server} failed in an unknown way`);
  }
  if (isProviderError(error)) {
    return error;
  }
  const { code = '' } = error as ServerError;
  if (isDatabaseFull(error)) {
    return new RetryableError(
      `A database on ${server} has all its connections taken`,
    );
  }
  if (code === '53300') {
    return new RetryableError(`${server} has no connection left`);
  }
  if (code === '53100') {
    return new RetryableError(`The disk of ${server} is full`);
  }
  if (code.startsWith('53')) {
    return new RetryableError(`${server} is short of resources (${code})`);
  }
  if (code === '57P03') {
    return new RetryableError(`${server} is starting or stopping`);
  }
  if (phase === 'connect') {
    return toConnectError(code, server);
  }
  if (code === '57014' || code === '25P04') {
    return new RetryableError(`${server} is too slow: a statement was stopped`);
  }
  if (isTransient(error) || code === '55P03') {
    return new RetryableError(
      `${server} is busy with the same thing (${code})`,
    );
  }
  if (code === '42501') {
    return new TerminalError(
      `${server} does not let the platform do this (${firstLine(error)}). Prepare the server again with bootstrapServer, or see who else holds what is in the way.`,
    );
  }
  if (isLost(error)) {
    return phase === 'write'
      ? new AmbiguousError(`The connection to ${server} was lost meanwhile`)
      : new RetryableError(`The connection to ${server} was lost`);
  }
  return new TerminalError(
    `${server} refused (${code || error.name}): ${firstLine(error)}`,
  );
}

function toConnectError(code: string, server: string): Error {
  if (code === '28P01' || code === '28000') {
    return new LoginRefusedError(
      `${server} refuses the platform's own login. Mend user and password under databases.providers.postgres.`,
    );
  }
  if (code === '3D000' || code === '42501') {
    return new TerminalError(
      `${server} does not let the platform connect (${code}). Prepare the server with bootstrapServer.`,
    );
  }
  return new RetryableError(`${server} does not answer`);
}

/**
 * Errors that pass by themselves when the same is tried again at once: two
 * sessions touched the same row of a system table, or a database was being
 * copied or left just now.
 * @internal
 */
export function isTransient(error: unknown): boolean {
  const { code, message } = error as ServerError;
  return (
    code === '55006' ||
    code === '40001' ||
    code === '40P01' ||
    (code === 'XX000' && /tuple concurrently (updated|deleted)/.test(message))
  );
}

/** Postgres puts names into its messages, never the text of a statement. */
function firstLine(error: Error): string {
  return error.message.split('\n')[0];
}

/** Whether the answer was lost, so that nobody knows what the server did. */
function isLost(error: ServerError): boolean {
  const code = error.code ?? '';
  return (
    code.startsWith('08') ||
    ['57P01', '57P02', '57P05'].includes(code) ||
    /^E[A-Z]+$/.test(code) ||
    /Connection terminated|Query read timeout|not queryable|connection error/i.test(
      error.message,
    )
  );
}
