import type {
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import type { DurableOperations } from '@slipway/operations';
import type { SealedSecretStore } from './secrets/SealedSecretStore';
import type { PersonalLoginsService } from './services/PersonalLoginsService';

/** The sweeps. Timeouts are short: a killed process blocks its task until then. */
export async function scheduleTasks(deps: {
  scheduler: SchedulerService;
  logger: LoggerService;
  operations: DurableOperations;
  sealed: SealedSecretStore;
  logins: PersonalLoginsService;
  notify(): Promise<void>;
  retain(signal?: AbortSignal): Promise<void>;
  lookAtApprovals(): Promise<void>;
}): Promise<void> {
  const { scheduler, logger, operations, sealed, logins, notify } = deps;
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
    id: 'databases-look-at-approvals',
    // Hints do this at once; here is what they missed.
    frequency: { minutes: 1 },
    timeout: { minutes: 1 },
    fn: deps.lookAtApprovals,
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
  await scheduler.scheduleTask({
    id: 'databases-rewrap-secrets',
    frequency: { hours: 24 },
    initialDelay: { seconds: 10 },
    timeout: { minutes: 5 },
    fn: async () => {
      const { rewrapped, unopenable } = await sealed.rewrap();
      if (rewrapped) {
        logger.info(
          `${rewrapped} secrets are wrapped by the newest sealing key now; older keys can leave the configuration`,
        );
      }
      if (unopenable) {
        logger.error(
          `${unopenable} secrets are sealed with a key that is not configured. Put it back, or rotate the credentials of their databases.`,
        );
      }
    },
  });
}
