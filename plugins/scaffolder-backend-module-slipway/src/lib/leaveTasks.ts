import type { LifecycleService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/**
 * Lets tasks that run in a process which ends be taken over, as those of a process that was killed are.
 *
 * @remarks
 * Steps call other plugins, which take no requests any more while the process shuts down, also not its own. The scaffolder
 * would write down for good that such a task has failed. Without a connection it writes nothing more: the task is found
 * without a heartbeat, here after the next start or by another replica before, and goes on where it was.
 *
 * @param client - that of the scaffolder itself
 */
export function leaveTasks(deps: {
  client: Knex;
  lifecycle: LifecycleService;
}): void {
  const { client, lifecycle } = deps;
  lifecycle.addShutdownHook(() => {
    // Whoever asks for one waits until the process has ended. A closed pool would answer with errors, which upstream does not expect in the
    // loops that watch a task, and has each reported as unhandled.
    client.client.acquireConnection = () => new Promise(() => {});
  });
}
