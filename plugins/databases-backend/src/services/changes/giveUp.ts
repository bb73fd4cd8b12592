import { ConflictError } from '@backstage/errors';
import type { Changing } from './changing';

/** Ends what nobody knows the end of as failed. */
export async function giveUp({
  operations,
  trx,
  last,
  actor,
}: Changing): Promise<string> {
  if (last?.state !== 'uncertain') {
    throw new ConflictError('There is nothing to decide');
  }
  await operations.resolveUncertain(trx, {
    operationId: last.id,
    decision: 'give-up',
    actor,
  });
  return last.id;
}
