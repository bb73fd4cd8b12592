import type { SchedulerService } from '@backstage/backend-plugin-api';
import type { DurableResources } from '@slipway/operations';
import type { Knex } from 'knex';
import { forgetAnswerLinks } from './database/answerLinks';
import { expireDue, remindDue } from './database/dueRequests';

/** The sweeps. Timeouts are short: a killed process blocks its task until then. */
export async function scheduleTasks(deps: {
  scheduler: SchedulerService;
  knex: Knex;
  resources: DurableResources;
  notify(): Promise<void>;
}): Promise<void> {
  const { scheduler, knex, resources, notify } = deps;
  await scheduler.scheduleTask({
    id: 'approvals-deadlines',
    frequency: { minutes: 1 },
    timeout: { minutes: 1 },
    fn: async () => {
      for (const sweep of [expireDue, remindDue]) {
        // A batch is a transaction: what is done stays done.
        while (await knex.transaction(trx => sweep(resources, trx)));
      }
    },
  });
  await scheduler.scheduleTask({
    id: 'approvals-notify',
    // Hints do this at once; here is what they missed.
    frequency: { minutes: 5 },
    timeout: { minutes: 1 },
    fn: notify,
  });
  await scheduler.scheduleTask({
    id: 'approvals-forget',
    frequency: { hours: 1 },
    timeout: { minutes: 1 },
    fn: async () => {
      await resources.forgetExpiredKeys();
      await forgetAnswerLinks(knex, resources.clock);
    },
  });
}
