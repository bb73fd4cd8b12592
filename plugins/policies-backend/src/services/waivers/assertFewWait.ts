import { ConflictError } from '@backstage/errors';
import {
  waiverPath,
  type WaiverRequest,
} from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import {
  countWaitingOf,
  findWaitingFor,
  holdRequests,
} from '../../database/waitingWaivers';

/** Of one person. Who decides sees a hundred at once, of everybody. */
export const MOST_WAITING = 10;

/**
 * Whether one more request may wait for those who decide. Within the transaction that writes it: requests come one after the other.
 *
 * @throws ConflictError that names the request that asks for the same, or says that too many of the person's wait
 */
export async function assertFewWait(
  trx: Knex.Transaction,
  request: WaiverRequest,
  requester: string,
): Promise<void> {
  await holdRequests(trx);
  const same = await findWaitingFor(trx, request);
  if (same) {
    throw new ConflictError(
      `${same.requester === requester ? 'You have' : `${same.requester} has`} asked for this already, and nobody has decided: see ${waiverPath(same.id)}. Wait for the answer, or have it taken back and ask anew.`,
    );
  }
  if ((await countWaitingOf(trx, requester)) >= MOST_WAITING) {
    throw new ConflictError(
      `${MOST_WAITING} waivers that you asked for wait for a decision, and no more may. Take one back, or wait for the answers.`,
    );
  }
}
