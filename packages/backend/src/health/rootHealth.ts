import {
  coreServices,
  createServiceFactory,
  type RootHealthService,
} from '@backstage/backend-plugin-api';
import { CheckedRootHealth } from './CheckedRootHealth';
import { readinessChecksServiceRef } from './readinessChecks';

/** Health of the process as upstream defines it, plus the readiness checks. */
export const rootHealthWithChecksServiceFactory = createServiceFactory({
  service: coreServices.rootHealth,
  deps: {
    lifecycle: coreServices.rootLifecycle,
    logger: coreServices.rootLogger,
    checks: readinessChecksServiceRef,
  },
  async factory({ lifecycle, logger, checks }) {
    let state: 'starting' | 'up' | 'stopping' = 'starting';
    lifecycle.addStartupHook(() => {
      state = 'up';
    });
    lifecycle.addBeforeShutdownHook(() => {
      state = 'stopping';
    });
    const base: RootHealthService = {
      async getLiveness() {
        return { status: 200, payload: { status: 'ok' } };
      },
      async getReadiness() {
        if (state !== 'up') {
          return {
            status: 503,
            payload: { message: `The portal is ${state}`, status: 'error' },
          };
        }
        return { status: 200, payload: { status: 'ok' } };
      },
    };
    return CheckedRootHealth.create({ base, checks, logger });
  },
});
