import { setTimeout as sleep } from 'node:timers/promises';
import { setUpGoldenPath } from './__testUtils__/setUpGoldenPath';

jest.setTimeout(120_000);

describe('a task that runs when the portal is stopped', () => {
  const path = setUpGoldenPath();

  it('is left as it is, to be taken over', async () => {
    const { portal, databasesPlugin } = path;
    databasesPlugin.outcome = 'running';
    const { body } = await portal.call('POST', '/api/scaffolder/v2/tasks', {
      templateRef: 'template:default/typescript-service',
      values: path.values('stopped'),
      secrets: { USER_OAUTH_TOKEN: 'nora-token' },
    });
    await portal.until(
      async () => databasesPlugin.orderedBy.length || undefined,
      'order of a database',
    );
    await portal.stop();
    // Its step has failed by then: it waits for a second, for a plugin that answers no more.
    await sleep(3000);
    const task = await portal
      .knex('scaffolder.tasks')
      .where({ id: body.id })
      .first('status');
    expect(task).toEqual({ status: 'processing' });
    const events = await portal
      .knex('scaffolder.task_events')
      .where({ task_id: body.id, event_type: 'completion' });
    expect(events).toEqual([]);
  });
});
