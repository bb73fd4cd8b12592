import { CustomErrorBase, isError } from '@backstage/errors';

/**
 * The outside is down, full or slow: try again later. The message is shown to people.
 *
 * @public
 */
export class RetryableError extends CustomErrorBase {
  name = 'RetryableError' as const;
  /** Milliseconds until the next attempt, when the outside named one. */
  readonly retryAfterMs?: number;
  /**
   * Whether the outside has certainly seen nothing of this attempt, for example because there was
   * no connection. Work of which nothing was ever sent can be called off at once.
   */
  readonly nothingSent: boolean;

  constructor(
    message: string,
    options?: {
      cause?: unknown;
      retryAfterMs?: number;
      nothingSent?: boolean;
    },
  ) {
    super(message, options?.cause);
    this.retryAfterMs = options?.retryAfterMs;
    this.nothingSent = options?.nothingSent ?? false;
  }
}

/**
 * Trying again cannot help. The message is shown to people.
 *
 * @public
 */
export class TerminalError extends CustomErrorBase {
  name = 'TerminalError' as const;
}

/**
 * Nobody knows whether the outside did it: the answer was lost. The step is observed and then
 * repeated, taken as done, or put before a person.
 *
 * @public
 */
export class AmbiguousError extends CustomErrorBase {
  name = 'AmbiguousError' as const;
}

/**
 * Another worker has taken the operation over; nothing this one does counts any more.
 *
 * @public
 */
export class StaleFenceError extends CustomErrorBase {
  name = 'StaleFenceError' as const;
}

/**
 * A pause switch is on.
 *
 * @public
 */
export class PausedError extends CustomErrorBase {
  name = 'PausedError' as const;
  readonly scope: string;

  constructor(scope: string) {
    super(`Paused by the switch '${scope}'`);
    this.scope = scope;
  }
}

/**
 * Somebody called the operation off while this worker had it.
 *
 * @internal
 */
export class CalledOffError extends CustomErrorBase {
  name = 'CalledOffError' as const;
}

/**
 * Whether an error is of a class of this file. By name, because a provider may carry another copy
 * of this package.
 *
 * @public
 */
export function isOperationError(
  error: unknown,
  name:
    | 'RetryableError'
    | 'TerminalError'
    | 'AmbiguousError'
    | 'StaleFenceError'
    | 'PausedError',
): error is Error {
  return isError(error) && error.name === name;
}
