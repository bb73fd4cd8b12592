import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { StoreContext } from '../database/context';
import { renewLease, type Lease } from '../database/leases';

/**
 * Renews a lease until told to stop. The signal aborts when it is lost: taken by another worker,
 * or not renewed for so long that it may have been.
 */
export function keepLease(
  context: StoreContext,
  lease: Lease,
  options: { leaseMs: number; logger: LoggerService },
): { signal: AbortSignal; stop(): void } {
  const { leaseMs, logger } = options;
  const lost = new AbortController();
  // Measured from before the claim's answer came, so never later than the database's own end.
  let renewedAt = performance.now();
  let renewing = false;

  const timer = setInterval(
    () => {
      if (performance.now() - renewedAt > leaseMs) {
        lost.abort(new Error('The lease could not be renewed in time'));
      }
      if (renewing || lost.signal.aborted) {
        return;
      }
      renewing = true;
      const asked = performance.now();
      renewLease(context, lease, leaseMs)
        .then(renewed => {
          if (renewed) {
            renewedAt = asked;
          } else {
            lost.abort(new Error('The lease was taken by another worker'));
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
    stop: () => clearInterval(timer),
  };
}
