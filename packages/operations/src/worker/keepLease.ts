import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { StoreContext } from '../database/context';
import { renewLease, type Lease } from '../database/leases';

/**
 * Renews a lease until told to stop. The signal aborts when it is lost: taken by another worker,
 * or not renewed for so long that it may have been.
 *
 * @param options.claimedAt - `performance.now()` from before the lease was asked for. Its time is
 *   counted from then, so that it never ends here later than by the database's clock.
 */
export function keepLease(
  context: StoreContext,
  lease: Lease,
  options: { leaseMs: number; claimedAt: number; logger: LoggerService },
): { signal: AbortSignal; stop(): void } {
  const { leaseMs, claimedAt, logger } = options;
  const lost = new AbortController();
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
        .then(renewed => {
          if (!renewed) {
            lost.abort(new Error('The lease was taken by another worker'));
          } else if (!stopped) {
            holdFrom(asked);
          }
        })
        .catch(error => logger.warn('Could not renew a lease', toError(error)))
        .finally(() => {
          renewing = false;
        });
    },
    Math.ceil(leaseMs / 3),
  );

  return {
    signal: lost.signal,
    stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(end);
    },
  };
}
