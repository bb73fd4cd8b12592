import { RetryableError, TerminalError } from '@slipway/plugin-databases-node';

/** The status of an answer of the Kubernetes API that is no success; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  // ApiException, by its shape: another copy of the client has another class.
  return typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'number'
    ? error.code
    : undefined;
}

/** Statuses after which the same call may go through. */
const PASSING = [404, 408, 409, 425, 429];

/**
 * What a failed call means for the store. Answers of the API server may repeat what was sent, so nothing of them goes on.
 */
export function toStoreError(
  error: unknown,
  namespace: string,
): RetryableError | TerminalError {
  const status = statusOf(error);
  if (status === undefined) {
    return new RetryableError('The Kubernetes API does not answer.');
  }
  if (status === 401 || status === 403) {
    return new RetryableError(
      `The Kubernetes API refuses the portal with ${status}. It must be allowed to get, create, update and delete Secrets in the namespace '${namespace}'.`,
    );
  }
  if (status === 404) {
    return new RetryableError(
      `The Kubernetes API answers with 404. Is there a namespace '${namespace}'?`,
    );
  }
  return status >= 500 || PASSING.includes(status)
    ? new RetryableError(`The Kubernetes API answers with ${status}.`)
    : new TerminalError(
        `The Kubernetes API refuses a Secret in the namespace '${namespace}' with ${status}.`,
      );
}
