import { isError } from '@backstage/errors';
import { ZodError } from 'zod';

const STATUS: Record<string, number> = {
  InputError: 422,
  AuthenticationError: 401,
  NotAllowedError: 403,
  NotFoundError: 404,
  ConflictError: 409,
  MethodNotAllowedError: 405,
  PayloadTooLargeError: 413,
  ServiceUnavailableError: 503,
};

/** A request body or file beyond its limit. */
export class PayloadTooLargeError extends Error {
  override name = 'PayloadTooLargeError';
}

/** The path exists, but not with this method. */
export class MethodNotAllowedError extends Error {
  override name = 'MethodNotAllowedError';
}

/** The status and the sentence that a client is told; what is unexpected is told nothing. */
export function describeError(error: unknown): {
  status: number;
  message: string;
} {
  if (error instanceof ZodError) {
    const message = error.issues
      .map(issue => `${issue.path.join('.') || 'body'}: ${issue.message}`)
      .join('; ');
    return { status: 422, message };
  }
  if (isError(error) && STATUS[error.name]) {
    return { status: STATUS[error.name], message: error.message };
  }
  return { status: 500, message: 'Something went wrong in the git host' };
}
