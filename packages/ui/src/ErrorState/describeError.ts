import { ForwardedError, isError, ResponseError } from '@backstage/errors';

/** What the reader can be told about an error. */
export interface ErrorDescription {
  /** The cause in words, as the server or the program said it. */
  cause: string;
  /** HTTP status, when a server answered. */
  status?: number;
}

/**
 * Takes from an error what helps the reader: the server's own message rather than
 * "Request failed with 404".
 *
 * @public
 */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof ResponseError) {
    if (
      error.statusCode === 404 &&
      /^Request failed/.test(error.body.error.message)
    ) {
      return {
        cause: 'The part of the portal that answers this is not running.',
        status: 404,
      };
    }
    return {
      cause: error.body.error.message || error.message,
      status: error.statusCode,
    };
  }
  if (error instanceof TypeError && /fetch|network/i.test(error.message)) {
    return { cause: 'The portal could not be reached.' };
  }
  if (error instanceof ForwardedError || isError(error)) {
    return { cause: error.message };
  }
  return { cause: String(error) };
}
