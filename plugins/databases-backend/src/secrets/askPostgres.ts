import { isError } from '@backstage/errors';
import { RetryableError } from '@slipway/plugin-databases-node';

/** Classes of SQLSTATE that pass by themselves: no connection, rolled back, out of resources, shut down. */
const PASSING = /^(08|40|53|57)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * Asks the portal's own Postgres for a secret store. What Postgres says may hold what was sent, so none of it goes on.
 *
 * @throws RetryableError when it did not answer
 */
export async function askPostgres<T>(ask: () => PromiseLike<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const code =
      isError(error) && typeof error.code === 'string' ? error.code : '';
    if (!SQLSTATE.test(code) || PASSING.test(code)) {
      throw new RetryableError(
        'The portal’s own Postgres did not answer a secret store. It is asked again.',
      );
    }
    throw new Error(`Postgres refused a secret store with ${code}`);
  }
}
