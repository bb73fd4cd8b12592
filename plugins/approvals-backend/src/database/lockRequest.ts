import { NotFoundError } from '@backstage/errors';
import type { DurableResources } from '@slipway/operations';
import type { Knex } from 'knex';
import type { LockedRequest } from './rows';

/**
 * Reads a request and holds its row until the transaction ends. Whoever votes, ends or supersedes
 * it does so first, so that they come one after the other.
 */
export async function lockRequest(
  resources: DurableResources,
  trx: Knex.Transaction,
  id: string,
): Promise<LockedRequest> {
  // A statement of its own: what is read next is what was there when the lock was had.
  await trx('approval_requests').where({ id }).forUpdate().select('id');
  const row: LockedRequest | undefined = await trx('approval_requests as a')
    .join('operations_resources as r', join =>
      join.on('r.id', '=', trx.raw('a.id::text')),
    )
    .where('a.id', id)
    .select('a.*', 'r.state')
    .select(trx.raw(`a.expires_at <= ${resources.clock} AS is_overdue`))
    .first();
  if (!row) {
    throw new NotFoundError(`There is no approval with the id '${id}'`);
  }
  return row;
}
