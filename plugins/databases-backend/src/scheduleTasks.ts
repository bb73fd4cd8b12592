import type { SchedulerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import type { DurableOperations } from '@slipway/operations';
import type { Resealing } from './secrets/Resealing';
import type { PersonalLoginsService } from './services/PersonalLoginsService';

/** The sweeps. Timeouts are short: a killed process blocks its task until then. */
export async function scheduleTasks(deps: {
  scheduler: SchedulerService;
  operations: DurableOperations;
  /** Left out without sealing keys. */
  resealing: Resealing | undefined;
  logins: PersonalLoginsService;
  notify(): Promise<void>;
  retain(signal?: AbortSignal): Promise<void>;
  lookAtApprovals(): Promise<void>;
  lookForDrift(signal?: AbortSignal): Promise<void>;
  measure(signal?: AbortSignal): Promise<void>;
  sendEvents(): Promise<void>;
  lookAtLogins(signal?: AbortSignal): Promise<void>;
  lookForExpiry(signal?: AbortSignal): Promise<void>;
  tellIdle(signal?: AbortSignal): Promise<void>;
  /** Left out where there are no backups. */
  backups?: {
    look(): Promise<void>;
    remove(signal?: AbortSignal): Promise<void>;
  };
}): Promise<void> {
  const { scheduler, operations, resealing, logins, notify } = deps;
  await scheduler.scheduleTask({
    id: 'databases-revoke-personal-logins',
    frequency: { minutes: 1 },
    timeout: { minutes: 1 },
    fn: async () => {
      await logins.revokeOverdue();
    },
  });
  await scheduler.scheduleTask({
    id: 'databases-notify',
    // Hints do this at once; here is what they missed.
    frequency: { minutes: 5 },
    timeout: { minutes: 1 },
    fn: notify,
  });
  await scheduler.scheduleTask({
    id: 'databases-send-events',
    // Hints do this at once; here is what they missed.
    frequency: { minutes: 1 },
    timeout: { minutes: 1 },
    // Sending may take longer than a task: it goes on by its own lease.
    fn: async () => void deps.sendEvents(),
  });
  await scheduler.scheduleTask({
    id: 'databases-look-at-approvals',
    // Hints do this at once; here is what they missed.
    frequency: { minutes: 1 },
    timeout: { minutes: 1 },
    fn: deps.lookAtApprovals,
  });
  await scheduler.scheduleTask({
    id: 'databases-look-for-drift',
    frequency: { minutes: 10 },
    initialDelay: { minutes: 2 },
    timeout: { minutes: 5 },
    fn: signal => deps.lookForDrift(signal),
  });
  await scheduler.scheduleTask({
    id: 'databases-measure',
    // Finds those that are due; the configuration says how often each is.
    frequency: { minutes: 1 },
    initialDelay: { seconds: 20 },
    timeout: { minutes: 5 },
    fn: signal => deps.measure(signal),
  });
  await scheduler.scheduleTask({
    id: 'databases-look-at-logins',
    // What is not seen is not known: sessions that are shorter than this can be missed.
    frequency: { minutes: 1 },
    initialDelay: { seconds: 20 },
    timeout: { minutes: 2 },
    fn: signal => deps.lookAtLogins(signal),
  });
  await scheduler.scheduleTask({
    id: 'databases-look-for-expiry',
    frequency: { minutes: 1 },
    initialDelay: { seconds: 20 },
    timeout: { minutes: 1 },
    fn: signal => deps.lookForExpiry(signal),
  });
  await scheduler.scheduleTask({
    id: 'databases-tell-idle',
    frequency: { hours: 1 },
    initialDelay: { minutes: 4 },
    timeout: { minutes: 2 },
    fn: signal => deps.tellIdle(signal),
  });
  await scheduler.scheduleTask({
    id: 'databases-forget-idempotency-keys',
    frequency: { hours: 1 },
    timeout: { minutes: 1 },
    fn: async () => {
      await operations.forgetExpiredKeys();
    },
  });
  await scheduler.scheduleTask({
    id: 'databases-retention',
    frequency: { hours: 1 },
    initialDelay: { minutes: 1 },
    timeout: { minutes: 5 },
    fn: signal => deps.retain(signal),
  });
  if (deps.backups) await scheduleBackups(scheduler, deps.backups);
  if (resealing) await scheduleResealing(scheduler, resealing);
}

async function scheduleBackups(
  scheduler: SchedulerService,
  backups: {
    look(): Promise<void>;
    remove(signal?: AbortSignal): Promise<void>;
  },
): Promise<void> {
  await scheduler.scheduleTask({
    id: 'databases-begin-backups',
    frequency: { minutes: 1 },
    initialDelay: { seconds: 30 },
    timeout: { minutes: 1 },
    fn: () => backups.look(),
  });
  await scheduler.scheduleTask({
    id: 'databases-remove-backups',
    frequency: { hours: 1 },
    initialDelay: { minutes: 3 },
    timeout: { minutes: 30 },
    fn: signal => backups.remove(signal),
  });
}

async function scheduleResealing(
  scheduler: SchedulerService,
  resealing: Resealing,
): Promise<void> {
  const id = 'databases-reseal-secrets';
  await scheduler.scheduleTask({
    id,
    // Finds what replicas sealed that still had another key in front.
    frequency: { minutes: 10 },
    initialDelay: { seconds: 10 },
    timeout: { minutes: 5 },
    fn: async signal => {
      await resealing.run(signal);
    },
  });
  // A start is when keys change.
  if (await resealing.isNeeded()) {
    await scheduler.triggerTask(id).catch(error => {
      // Under way already, here or in another replica.
      if (!isError(error) || error.name !== 'ConflictError') throw error;
    });
  }
}
