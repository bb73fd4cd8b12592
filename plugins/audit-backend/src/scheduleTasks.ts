import type { SchedulerService } from '@backstage/backend-plugin-api';
import type { SealingService } from './services/SealingService';

/** Timeouts are short: a killed process blocks its task until then. */
export async function scheduleTasks(options: {
  scheduler: SchedulerService;
  sealing: SealingService;
  retentionDays?: number;
}): Promise<void> {
  const { scheduler, sealing, retentionDays } = options;
  await scheduler.scheduleTask({
    id: 'audit-seal',
    frequency: { minutes: 1 },
    initialDelay: { seconds: 20 },
    timeout: { minutes: 1 },
    fn: () => sealing.seal(),
  });
  if (retentionDays !== undefined) {
    await scheduler.scheduleTask({
      id: 'audit-drop-segments',
      frequency: { hours: 24 },
      initialDelay: { minutes: 5 },
      timeout: { minutes: 10 },
      fn: () => sealing.drop(retentionDays),
    });
  }
}
