import { InputError, type ResponseError } from '@backstage/errors';
import { isResponse } from './isResponse';

/**
 * Gives the reason of another plugin's refusal instead of "Request failed with
 * 400 Bad Request".
 */
export async function unwrapResponse<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isResponse(error, 400)) {
      throw new InputError((error as ResponseError).body.error.message);
    }
    throw error;
  }
}
