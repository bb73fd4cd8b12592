import type { DurableResources } from '@slipway/operations';
import type { Knex } from 'knex';
import { endRequest } from './endRequest';
import type { RequestRow } from './rows';

/** How many are dealt with in one transaction. */
const BATCH = 100;

/** Ends requests whose time is over; how many. Another replica takes others. */
export async function expireDue(
  resources: DurableResources,
  trx: Knex.Transaction,
): Promise<number> {
  const due: Pick<RequestRow, 'id'>[] = await trx('approval_requests')
    .whereNull('ended_at')
    .where('expires_at', '<=', trx.raw(resources.clock))
    .orderBy('expires_at')
    .limit(BATCH)
    .forUpdate()
    .skipLocked()
    .select('id');
  for (const { id } of due) {
    await endRequest(resources, trx, {
      id,
      state: 'expired',
      reason: 'Nobody decided in time.',
    });
  }
  return due.length;
}

/** Says that it is time for a reminder, where it is; how many. Those missed meanwhile count as one. */
export async function remindDue(
  resources: DurableResources,
  trx: Knex.Transaction,
): Promise<number> {
  const due: Pick<RequestRow, 'id'>[] = await trx('approval_requests')
    .whereNull('ended_at')
    .where('remind_at', '<=', trx.raw(resources.clock))
    .where('expires_at', '>', trx.raw(resources.clock))
    .orderBy('remind_at')
    .limit(BATCH)
    .forUpdate()
    .skipLocked()
    .select('id');
  for (const { id } of due) {
    await resources.appendEvent(trx, {
      resourceId: id,
      type: 'approval.reminded',
    });
    await trx.raw(
      `UPDATE approval_requests SET
         reminders = later.list, remind_at = later.list[1]
       FROM (SELECT ARRAY(SELECT at FROM unnest(
           (SELECT reminders FROM approval_requests WHERE id = :id)) AS at
         WHERE at > ${resources.clock} ORDER BY at) AS list) AS later
       WHERE id = :id`,
      { id },
    );
  }
  return due.length;
}
