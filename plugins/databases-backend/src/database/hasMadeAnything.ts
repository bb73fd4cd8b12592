import type { Knex } from 'knex';
import { CHECK_APPROVAL_STEP, WITHDRAW_STEP } from '../operations/stepIds';

/** Whether a step of creating this database ever ended well, so that something of ours may be outside. */
export async function hasMadeAnything(
  knex: Knex,
  databaseId: string,
): Promise<boolean> {
  const row = await knex('operations_steps as s')
    .join('operations_operations as o', 'o.id', 's.operation_id')
    .where({
      'o.resource_id': databaseId,
      'o.type': 'create',
      's.state': 'succeeded',
    })
    // Taking back what was not made ends well too, and an approval makes nothing.
    .whereNotIn('s.step_id', [CHECK_APPROVAL_STEP, WITHDRAW_STEP])
    .first('s.step_id');
  return row !== undefined;
}
