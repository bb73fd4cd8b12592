import { ConflictError } from '@backstage/errors';
import type { Operation } from '@slipway/operations';
import { markDeleted } from '../../database/markDeleted';
import { mayHaveMade } from '../../database/mayHaveMade';
import { ASK_APPROVAL, CALL_OFF } from '../../operations/approvalSteps';
import { type Changing, start } from './changing';

/** Calls off what is under way, or takes back an order that waits for approval. */
export async function cancel(changing: Changing): Promise<string> {
  const { operations, trx, record, last, actor } = changing;
  if (last?.finishedAt && record.state === 'awaiting-approval') {
    return callOff(changing, last);
  }
  if (last?.type === CALL_OFF && !last.finishedAt) {
    return last.id;
  }
  if (!last || last.finishedAt) {
    throw new ConflictError(
      `Nothing is under way that could be called off: the database is ${record.state}`,
    );
  }
  if (last.failing && !last.calledOff) {
    throw new ConflictError(
      `"${last.title}" has failed and is being taken back already. Wait until it has ended.`,
    );
  }
  if (!last.cancel && !last.calledOff) {
    throw new ConflictError(
      `It is too late to call off "${last.title}": the server has been told, or may have been. Let it end, then change it back.`,
    );
  }
  const isOrder = [ASK_APPROVAL, 'create'].includes(last.type);
  if (isOrder && last.input.approvalRule && !last.calledOff) {
    if (!(await mayHaveMade(trx, record.id))) {
      // No step is begun any more, so that it stays so.
      await markDeleted(trx, record.id);
    } else if (last.type === ASK_APPROVAL) {
      throw new ConflictError(
        'A part of it was made before. Wait until those who decide have been asked, then cancel the order.',
      );
    }
  }
  await operations.cancel(trx, { operationId: last.id, actor });
  return last.id;
}

/** Takes back an order that waits for approval. */
async function callOff(changing: Changing, last: Operation): Promise<string> {
  const { trx, record } = changing;
  if (await mayHaveMade(trx, record.id)) {
    // Approved once and made in part; the name is held until that is removed. The rest of the
    // input is for what comes when this is called off before it has begun.
    return start(changing, 'clean', {
      ...last.input,
      withdrawsQuestion: true,
    });
  }
  await markDeleted(trx, record.id);
  return start(changing, CALL_OFF);
}
