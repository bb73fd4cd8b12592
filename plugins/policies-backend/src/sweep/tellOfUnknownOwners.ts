import { compliancePath } from '@slipway/plugin-policies-common';
import { toError } from '@backstage/errors';
import { readUnknownOwners } from '../database/sweeps';
import { sayMost, type TellDeps } from './tellOwners';

/**
 * Tells those who look after the platform of owners that the catalog does not have: once of each, for as long as sweeps see it.
 *
 * @param sweep - the number of a whole sweep of which nobody was told
 * @returns whether they were told, or need not be
 */
export async function tellOfUnknownOwners(
  { knex, logger, notifications, platform }: Omit<TellDeps, 'owners'>,
  sweep: number,
): Promise<boolean> {
  const { now, before } = await readUnknownOwners(knex, sweep);
  const fresh = now.filter(owner => !before.includes(owner));
  if (fresh.length === 0 || platform.length === 0) return true;
  try {
    await notifications.send({
      recipients: { type: 'entity', entityRef: [...platform] },
      payload: {
        title: `${fresh.length === 1 ? 'An owner is' : `${fresh.length} owners are`} not in the catalog`,
        description: `Nobody is told what is wrong with what belongs to them: ${sayMost(fresh)}`,
        link: compliancePath({ owner: fresh.slice(0, 20) }),
        severity: 'high',
        topic: 'policies',
        scope: 'policies/unknown-owners',
      },
    });
    return true;
  } catch (error) {
    logger.warn('Unknown owners will be told of later', toError(error));
    return false;
  }
}
