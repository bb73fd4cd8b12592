import { mockServices } from '@backstage/backend-test-utils';
import createKnex from 'knex';
import { setUpGoldenPath } from './__testUtils__/setUpGoldenPath';
import { TaskNotifier } from './notices/TaskNotifier';

jest.setTimeout(180_000);

describe('the bell, when a task has ended', () => {
  const path = setUpGoldenPath();

  const noticesOf = (words: RegExp) =>
    path.portal.notices.filter(({ payload }) => words.test(payload.title));
  const told = (words: RegExp) =>
    path.portal.until(async () => noticesOf(words)[0], `notice of ${words}`);
  /** As many replicas, all at once. */
  const sweep = async (times: number) => {
    const { connection } = path.portal.knex.client.config;
    const client = createKnex({
      client: 'pg',
      // Knex hides the password from whoever copies its settings.
      connection: { ...connection, password: connection.password },
      searchPath: ['scaffolder'],
    });
    await Promise.all(
      Array.from({ length: times }, () =>
        TaskNotifier.create({
          client,
          notifications: {
            send: async notice => void path.portal.notices.push(notice),
          },
          logger: mockServices.logger.mock(),
        }).tellAll(),
      ),
    );
    await client.destroy();
  };

  it('says what is ready, once, and leads there', async () => {
    const task = await path.start('belled', { databaseSize: 'none' });
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    await told(/^belled is ready$/);
    await sweep(3);
    expect(noticesOf(/belled/)).toEqual([
      {
        recipients: { type: 'entity', entityRef: 'user:default/mock' },
        payload: expect.objectContaining({
          title: 'belled is ready',
          link: '/catalog/default/component/belled',
          severity: 'normal',
        }),
      },
    ]);
  });

  it('says why something could not be made, and again how it ended when it is tried again', async () => {
    path.gitHost.forbidden = /\/api\/v1\/orgs\/lighthouse\/repos/;
    const task = await path.start('rung', { databaseSize: 'none' });
    expect(task.status).toBe('failed');
    const { payload } = await told(/^rung could not be made: .*not today/);
    expect(payload).toMatchObject({
      link: `/create/tasks/${task.id}`,
      severity: 'high',
    });
    expect(payload.description).not.toMatch(/\n {4}at /);

    path.gitHost.forbidden = undefined;
    await path.portal.call(
      'POST',
      `/api/scaffolder/v2/tasks/${task.id}/retry`,
      { secrets: { USER_OAUTH_TOKEN: 'nora-token' } },
    );
    await told(/^rung is ready$/);
    expect(noticesOf(/^rung/)).toHaveLength(2);
  });

  it('tells of tasks whose replica died before it could, whoever comes first', async () => {
    const task = await path.start('quiet', { databaseSize: 'none' });
    await told(/^quiet is ready$/);
    path.portal.notices.length = 0;
    await path.portal.knex('scaffolder.slipway_task_notices').delete();
    await sweep(4);
    expect(noticesOf(/^quiet is ready$/)).toHaveLength(1);
    expect(task.status).toBe('completed');
  });
});
