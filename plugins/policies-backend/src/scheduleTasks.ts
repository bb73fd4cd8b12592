import type {
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import { isError, toError } from '@backstage/errors';
import type { DurableResources } from '@slipway/operations';
import type { Knex } from 'knex';
import { forget, SWEEP_TIMEOUT_SECONDS } from './database/sweeps';
import type { LocationsService } from './services/LocationsService';
import type { WaiversWatch } from './services/WaiversWatch';

const SWEEP_TASK = 'policies-sweep';

/** The tasks. Each runs on one replica at a time; timeouts are short: a killed process blocks its task until then. */
export async function scheduleTasks(deps: {
  scheduler: SchedulerService;
  knex: Knex;
  locations: LocationsService;
  notify(): Promise<void>;
  resources: DurableResources;
  /** Looks for what has violations and is gone. */
  lookForGone(signal: AbortSignal): Promise<void>;
  /** Sweeps when it is time to. */
  sweep(signal: AbortSignal): Promise<void>;
  watch: WaiversWatch;
}): Promise<void> {
  const { scheduler, knex, locations, resources, watch } = deps;
  await scheduler.scheduleTask({
    id: 'policies-locations',
    frequency: { minutes: 1 },
    // Not while the portal starts. What has changed meanwhile comes in force a moment later.
    initialDelay: { seconds: 5 },
    timeout: { minutes: 2 },
    fn: () => locations.look(),
  });
  await scheduler.scheduleTask({
    id: SWEEP_TASK,
    // When one is wanted, or due; otherwise this is one small query.
    frequency: { minutes: 1 },
    initialDelay: { seconds: 30 },
    timeout: { seconds: SWEEP_TIMEOUT_SECONDS },
    fn: signal => deps.sweep(signal as AbortSignal),
  });
  await scheduler.scheduleTask({
    id: 'policies-gone',
    // A question for each five hundred things that have violations.
    frequency: { seconds: 15 },
    initialDelay: { seconds: 30 },
    timeout: { minutes: 1 },
    fn: signal => deps.lookForGone(signal as AbortSignal),
  });
  await scheduler.scheduleTask({
    id: 'policies-waivers',
    // Hints do this at once; here is what they missed, and what has ended by itself.
    frequency: { minutes: 1 },
    timeout: { minutes: 1 },
    fn: async () => {
      await watch.look();
      await watch.expire();
      await deps.notify();
    },
  });
  await scheduler.scheduleTask({
    id: 'policies-forget',
    frequency: { hours: 6 },
    timeout: { minutes: 5 },
    fn: async () => {
      await resources.forgetExpiredKeys();
      await forget(knex);
    },
  });
}

/** Lets the sweep look at once whether it is time. One that runs looks again when it has ended. */
export async function hurrySweep(deps: {
  scheduler: SchedulerService;
  logger: LoggerService;
}): Promise<void> {
  await deps.scheduler.triggerTask(SWEEP_TASK).catch(error => {
    if (isError(error) && error.name === 'ConflictError') return;
    deps.logger.debug('The sweep comes within a minute', toError(error));
  });
}
