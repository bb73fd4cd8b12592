import type { Knex } from 'knex';
import { STAGE_STEP } from '../operations/stepIds';

/** Whether the server may have been told of the login that an operation makes. */
export async function mayHaveStaged(
  knex: Knex,
  operationId: string,
): Promise<boolean> {
  const row = await knex('operations_steps')
    .where({ operation_id: operationId, step_id: STAGE_STEP })
    .where(query =>
      query.where({ state: 'succeeded' }).orWhereRaw('attempt > idle_attempts'),
    )
    .first('step_id');
  return row !== undefined;
}
