import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { StoreContext } from '../database/context';
import { renewLease, type Lease } from '../database/leases';
import { CalledOffError } from '../errors';

/**
 * Renews a lease until told to stop. `lost` aborts when it is lost: taken by another worker, or not
 * renewed for so long that it may have been. `calledOff` aborts when somebody called the operation
 * off, which a renewal sees.
 *
 * @param options.claimedAt - `performance.now()` from before the lease was asked for. Its time is
 *   counted from then, so that it never ends here later than by the database's clock.
 * @param options.renewMs - default a third of the lease
 */
export function keepLease(
  context: StoreContext,
  lease: Lease,
  options: {
    leaseMs: number;
    renewMs?: number;
    claimedAt: number;
    logger: LoggerService;
  },
): { lost: AbortSignal; calledOff: AbortSignal; stop(): void } {
  const { leaseMs, renewMs, claimedAt, logger } = options;
  const lost = new AbortController();
  const calledOff = new AbortController();
  let renewing = false;
  let stopped = false;
  let end: NodeJS.Timeout;
  const holdFrom = (asked: number) => {
    clearTimeout(end);
    end = setTimeout(
      () => lost.abort(new Error('The lease could not be renewed in time')),
      Math.max(0, asked + leaseMs - performance.now()),
    );
  };
  holdFrom(claimedAt);

  const timer = setInterval(
    () => {
      if (renewing || lost.signal.aborted) {
        return;
      }
      renewing = true;
      const asked = performance.now();
      renewLease(context, lease, leaseMs)
        .then(found => {
          if (found === 'lost') {
            lost.abort(new Error('The lease was taken by another worker'));
            return;
          }
          if (found === 'called-off') {
            calledOff.abort(new CalledOffError('Somebody called it off'));
          }
          if (!stopped) holdFrom(asked);
        })
        .catch(error => logger.warn('Could not renew a lease', toError(error)))
        .finally(() => {
          renewing = false;
        });
    },
    renewMs ?? Math.ceil(leaseMs / 3),
  );

  return {
    lost: lost.signal,
    calledOff: calledOff.signal,
    stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(end);
    },
  };
}
