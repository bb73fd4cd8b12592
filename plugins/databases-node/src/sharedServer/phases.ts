import { RetryableError } from '../errors';

/**
 * What was under way when an error came: getting a session, only looking, or
 * changing something.
 * @public
 */
export type Phase = 'connect' | 'read' | 'write';

const OURS = [
  'AmbiguousError',
  'RetryableError',
  'StaleFenceError',
  'TerminalError',
];

/**
 * Whether an error says already what became of a call.
 * @public
 */
export function isProviderError(error: Error): boolean {
  return OURS.includes(error.name);
}

/**
 * The error of getting a session, which is the first thing that a piece of work
 * does: when trying later may help, certainly nothing was sent before.
 * @public
 */
export function beforeAnything(error: Error): Error {
  return error.name === 'RetryableError'
    ? new RetryableError(error.message, { nothingSent: true })
    : error;
}
