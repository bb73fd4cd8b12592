import { findUntold, recordOwnersTold } from '../database/sweeps';
import type { SweepService } from './SweepService';
import { tellOfUnknownOwners } from './tellOfUnknownOwners';
import { tellOwners, type TellDeps } from './tellOwners';

/**
 * Sweeps as often as it is time to, and tells owners of what whole sweeps found. What a process that died, or a service that did
 * not answer, left untold is told first.
 */
export async function sweepAndTell(
  deps: TellDeps & {
    sweeper: Pick<SweepService, 'sweepIfDue'>;
  },
  signal: AbortSignal,
): Promise<void> {
  const { knex, sweeper } = deps;
  // A change while one ran asks for another.
  do {
    const sweep = await findUntold(knex);
    if (
      sweep !== undefined &&
      (await tellOwners(deps)) &&
      (await tellOfUnknownOwners(deps, sweep))
    ) {
      await recordOwnersTold(knex, sweep);
    }
  } while (await sweeper.sweepIfDue(signal));
}
