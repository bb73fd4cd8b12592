import { isError, ResponseError } from '@backstage/errors';

/**
 * Whether another plugin answered with this status. Clients throw a
 * `ResponseError` whatever it was: the name of the error there is on its cause.
 */
export function isResponse(error: unknown, status: number): boolean {
  return (
    isError(error) &&
    error.name === 'ResponseError' &&
    (error as Partial<ResponseError> & Error).statusCode === status
  );
}
