import { InputError, ResponseError } from '@backstage/errors';

/**
 * Gives the reason of another plugin's refusal instead of "Request failed with
 * 400 Bad Request".
 */
export async function unwrapResponse<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ResponseError && error.response.status === 400) {
      throw new InputError(error.body.error.message);
    }
    throw error;
  }
}
