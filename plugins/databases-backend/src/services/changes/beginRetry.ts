import { ConflictError } from '@backstage/errors';
import { ASK_APPROVAL } from '../../operations/approvalSteps';
import { CHECK_APPROVAL_STEP } from '../../operations/stepIds';
import { forOwner } from '../../operations/target';
import type { Changing } from './changing';

/** Goes on with what failed, or with what nobody knows the end of. */
export async function beginRetry({
  operations,
  trx,
  record,
  last,
  actor,
}: Changing): Promise<string> {
  if (last?.state === 'uncertain') {
    await operations.resolveUncertain(trx, {
      operationId: last.id,
      decision: 'resume',
      actor,
    });
    return last.id;
  }
  if (record.state !== 'failed' || last?.state !== 'failed') {
    throw new ConflictError(
      `Nothing has failed: the database is ${record.state}`,
    );
  }
  // The same input, so that it goes on with what the failed one made, for whom it is now.
  const isUnapproved =
    last.type === 'decline' || last.error?.stepId === CHECK_APPROVAL_STEP;
  const operation = await operations.startOperation(trx, {
    type: isUnapproved ? ASK_APPROVAL : last.type,
    resourceId: record.id,
    input: forOwner(last.input, record.owner),
    actor,
  });
  return operation.id;
}
