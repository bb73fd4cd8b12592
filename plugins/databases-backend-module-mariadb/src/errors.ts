import { isError } from '@backstage/errors';
import {
  AmbiguousError,
  isProviderError,
  Phase,
  RetryableError,
  TerminalError,
} from '@slipway/plugin-databases-node';

/**
 * Numbers of the server's errors. Their names are not used: the client has the names of MySQL, which gives some numbers to others.
 *
 * Source: https://mariadb.com/kb/en/mariadb-error-code-reference/
 * @internal
 */
export const serverErrors = {
  tooManyConnections: 1040,
  databaseDenied: 1044,
  accessDenied: 1045,
  unknownDatabase: 1049,
  noSuchThread: 1094,
  tableDenied: 1142,
  lockWaitTimeout: 1205,
  connectionKilled: 1927,
  tooSlow: 1969,
  accountLocked: 4151,
} as const;

/** What the server says when it is out of something that comes back. */
const SHORT_OF: Record<number, string> = {
  [serverErrors.tooManyConnections]: 'has no connection left',
  1203: 'has no connection left for this login',
  1226: 'has no connection left for this login',
  1021: 'has a full disk',
  1114: 'has a full disk',
  1037: 'is short of memory',
  1038: 'is short of memory',
  1041: 'is short of memory',
  1290: 'takes no changes now: it is read-only',
  1836: 'takes no changes now: it is read-only',
  1053: 'is stopping',
  1020: 'is busy with the same thing',
  [serverErrors.lockWaitTimeout]: 'is busy with the same thing',
  1213: 'is busy with the same thing',
  1317: 'is too slow: a statement was stopped',
  [serverErrors.tooSlow]: 'is too slow: a statement was stopped',
};

const LOGIN_REFUSED: number[] = [
  serverErrors.accessDenied,
  serverErrors.accountLocked,
];

/** The network as the server sees it: a line that broke, or a host that is kept out for a while. */
const NETWORK = [1042, 1043, 1129, 1152, 1158, 1159, 1160, 1161, 1184, 1927];

/** What the platform's login may not do. */
const DENIED: number[] = [
  serverErrors.databaseDenied,
  serverErrors.tableDenied,
  1143,
  1227,
  1370,
  1396,
];

interface ServerError extends Error {
  /** Name of the system's or the client's error. */
  code?: string;
  /** Number of the server's error. */
  errno?: number;
}

/**
 * Says what became of a call, in words for people. The server's own message is
 * never kept: MariaDB repeats parts of statements in it.
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
  const { code = '', errno = 0 } = error as ServerError;
  const short = SHORT_OF[errno];
  if (short) {
    return new RetryableError(`${server} ${short}`);
  }
  if (phase === 'connect') {
    if (LOGIN_REFUSED.includes(errno)) {
      return new TerminalError(
        `${server} refuses the platform's own login. Mend user and password under databases.providers.mariadb.`,
      );
    }
    return errno > 0 && !NETWORK.includes(errno)
      ? new TerminalError(`${server} refuses the platform (${errno})`)
      : new RetryableError(`${server} does not answer`);
  }
  if (isLost(error)) {
    return phase === 'write'
      ? new AmbiguousError(`The connection to ${server} was lost meanwhile`)
      : new RetryableError(`The connection to ${server} was lost`);
  }
  if (DENIED.includes(errno)) {
    return new TerminalError(
      `${server} does not let the platform do this (${errno}). Prepare the server again with bootstrapServer.`,
    );
  }
  return new TerminalError(
    `${server} refused (${errno || code || error.name})`,
  );
}

/** Whether the answer was lost, so that nobody knows what the server did. */
function isLost(error: ServerError): boolean {
  return (
    isBroken(error) ||
    ['PROTOCOL_SEQUENCE_TIMEOUT', 'ETIMEDOUT'].includes(error.code ?? '')
  );
}

/**
 * Whether a session has ended by itself: at once, not after waiting.
 * @internal
 */
export function isBroken(error: unknown): boolean {
  const { code = '', errno, message } = error as ServerError;
  return (
    errno === serverErrors.connectionKilled ||
    (code.startsWith('PROTOCOL_') && code !== 'PROTOCOL_SEQUENCE_TIMEOUT') ||
    (/^E[A-Z]+$/.test(code) && code !== 'ETIMEDOUT') ||
    /closed state|connection (is )?closed|Connection lost/i.test(message)
  );
}
