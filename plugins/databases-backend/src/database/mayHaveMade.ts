import type { Knex } from 'knex';
import { CHECK_APPROVAL_STEP, WITHDRAW_STEP } from '../operations/stepIds';

/** Whether the server may have seen anything of this database, also from an attempt that failed. */
export async function mayHaveMade(
  knex: Knex,
  databaseId: string,
): Promise<boolean> {
  const row = await knex('operations_steps as s')
    .join('operations_operations as o', 'o.id', 's.operation_id')
    .where({ 'o.resource_id': databaseId, 'o.type': 'create' })
    .whereNotIn('s.step_id', [CHECK_APPROVAL_STEP, WITHDRAW_STEP])
    .where(query =>
      query
        .where({ 's.state': 'succeeded' })
        .orWhereRaw('s.attempt > s.idle_attempts'),
    )
    .first('s.step_id');
  return row !== undefined;
}
