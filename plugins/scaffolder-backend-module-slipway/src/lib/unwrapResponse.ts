import {
  AuthenticationError,
  ConflictError,
  InputError,
  isError,
  NotAllowedError,
  NotFoundError,
  type ResponseError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { TooManyRequestsError } from '@slipway/backend-utils';

const KINDS: Record<number, new (message: string) => Error> = {
  400: InputError,
  401: AuthenticationError,
  403: NotAllowedError,
  404: NotFoundError,
  409: ConflictError,
  429: TooManyRequestsError,
};
/** How the client words an answer that is not of a plugin: a proxy's page, or none at all. */
const NO_REASON = /^Request failed with status/;
/** Says in the words of a library what the sentence before it says. */
const CAUSES = /; caused by .*$/s;

/**
 * Gives the reason of another plugin's refusal instead of "Request failed with 503 Service Unavailable". The answer itself is the
 * cause of what is thrown.
 *
 * @param what - who is asked, as a sentence begins, e.g. `The catalog`
 */
export async function unwrapResponse<T>(
  what: string,
  call: Promise<T>,
): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isError(error) || error.name !== 'ResponseError') {
      throw error;
    }
    const answer = error as unknown as ResponseError;
    const Kind =
      KINDS[answer.statusCode] ??
      (answer.statusCode >= 500 ? ServiceUnavailableError : undefined);
    // Given to the constructor, the cause would be repeated in the sentence.
    throw Kind
      ? Object.assign(new Kind(reasonOf(answer, what)), { cause: answer })
      : answer;
  }
}

function reasonOf(answer: ResponseError, what: string): string {
  const { cause, statusCode, statusText } = answer;
  const message = cause?.message?.replace(CAUSES, '');
  return message && !NO_REASON.test(message)
    ? message
    : `${what} answered ${[statusCode, statusText].filter(Boolean).join(' ')} without a reason. Try again in a minute, or ask the platform team.`;
}
