import type { DurableOperations, Operation } from '@slipway/operations';
import type { Knex } from 'knex';
import type { DatabaseRecord } from '../../database/rows';
import type { OperationInput } from '../../operations/target';

/** What a change is begun with: the database, held in the transaction, and what is under way with it or was last. */
export interface Changing {
  operations: DurableOperations;
  trx: Knex.Transaction;
  record: DatabaseRecord;
  last: Operation | undefined;
  actor: string;
}

/** Starts an operation; its id. */
export async function start(
  { operations, trx, record, actor }: Changing,
  type: string,
  extra: Partial<OperationInput> = {},
): Promise<string> {
  const input: OperationInput = { providerId: record.provider_id, ...extra };
  const operation = await operations.startOperation(trx, {
    type,
    resourceId: record.id,
    input,
    actor,
  });
  return operation.id;
}
