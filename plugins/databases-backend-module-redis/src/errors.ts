import { isError } from '@backstage/errors';
import { ErrorReply } from '@redis/client';
import {
  AmbiguousError,
  isProviderError,
  Phase,
  RetryableError,
  TerminalError,
} from '@slipway/plugin-databases-node';

/** What the server says, by the first word, when something passes by itself. */
const PASSING: Record<string, string> = {
  OOM: 'has no memory left',
  LOADING: 'is starting',
  BUSY: 'is held up by a script',
  MISCONF: 'takes no changes now: it cannot write to its disk',
  READONLY: 'takes no changes now: it is a replica',
  MASTERDOWN: 'takes no changes now: its primary is down',
  NOREPLICAS: 'takes no changes now: it has too few replicas',
};

const LOGIN_REFUSED = ['WRONGPASS', 'NOAUTH', 'NOPERM'];

/**
 * Says what became of a call, in words for people. The server's own message is
 * never kept: Redis repeats arguments in it.
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
  if (!(error instanceof ErrorReply)) {
    return toLostError(server, phase);
  }
  const code = codeOf(error);
  if (Object.hasOwn(PASSING, code)) {
    return new RetryableError(`${server} ${PASSING[code]}`);
  }
  if (/max number of clients/i.test(error.message)) {
    return new RetryableError(`${server} has no connection left`);
  }
  if (/sav(e|ing) the ACLs/i.test(error.message)) {
    return new RetryableError(
      `${server} cannot write its users to its disk, and would forget them`,
    );
  }
  if (phase === 'connect') {
    return new TerminalError(
      LOGIN_REFUSED.includes(code)
        ? `${server} refuses the platform's own login. Mend user and password under databases.providers.redis.`
        : `${server} refuses the platform (${code})`,
    );
  }
  if (code === 'NOPERM') {
    return new TerminalError(
      `${server} does not let the platform do this. Prepare the server again with bootstrapServer.`,
    );
  }
  return new TerminalError(`${server} refused (${code})`);
}

/** Nobody knows what the server did when it was changing something. */
function toLostError(server: string, phase: Phase): Error {
  switch (phase) {
    case 'connect':
      return new RetryableError(`${server} does not answer`);
    case 'read':
      return new RetryableError(`The connection to ${server} was lost`);
    default:
      return new AmbiguousError(
        `The connection to ${server} was lost meanwhile`,
      );
  }
}

/**
 * The first word of what the server says: `WRONGPASS`.
 * @internal
 */
export function codeOf(error: Error): string {
  return /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR';
}
