import { setUpGoldenPath } from './__testUtils__/setUpGoldenPath';

jest.setTimeout(120_000);

describe('policies and template tasks', () => {
  const path = setUpGoldenPath();
  const tasks = async () =>
    (await path.portal.call('GET', '/api/scaffolder/v2/tasks')).body.tasks
      .length;

  afterEach(() => {
    path.portal.policies.refuses = () => false;
  });

  it('ask before a task is made, and refuse with what a form needs', async () => {
    path.portal.policies.refuses = ({ kind }) => kind === 'TemplateTask';
    const before = await tasks();
    const { status, body } = await path.portal.call(
      'POST',
      '/api/scaffolder/v2/tasks',
      {
        templateRef: 'template:default/typescript-service',
        values: path.values('refused'),
      },
    );
    expect([status, body.error]).toEqual([
      403,
      expect.objectContaining({
        name: 'NotAllowedError',
        message:
          'A test (parameters.owner): It is refused. Because. Do otherwise.',
        findings: [expect.objectContaining({ field: 'parameters.owner' })],
      }),
    ]);
    expect(await tasks()).toBe(before);
    expect(path.portal.policies.asked.at(-1)).toMatchObject({
      kind: 'TemplateTask',
      operation: 'create',
      entityRef: 'template:default/typescript-service',
      object: {
        templateRef: 'template:default/typescript-service',
        template: { kind: 'Template', spec: { type: 'service' } },
        parameters: { name: 'refused', owner: 'group:default/team-orders' },
      },
    });
    expect(path.portal.audit).toContainEqual({
      eventId: 'task-policies',
      meta: {
        actionType: 'create',
        templateRef: 'template:default/typescript-service',
      },
    });
  });

  it('are asked about its database before anything is made', async () => {
    path.portal.policies.refuses = ({ kind }) => kind === 'DatabaseRequest';
    const orders = path.databasesPlugin.orderedBy.length;
    const { status, log } = await path.start('planned');
    expect(status).toBe('failed');
    expect(log).toContain('It is refused. Because. Do otherwise.');
    expect(log).not.toContain('Everything is in order');
    expect(path.databasesPlugin.orderedBy).toHaveLength(orders);
    expect(path.portal.policies.asked.at(-1)).toMatchObject({
      kind: 'DatabaseRequest',
      object: { name: 'planned-db', size: 'small', environment: 'development' },
    });
  });

  it('do not keep anybody waiting for a catalog that does not answer', async () => {
    const before = await tasks();
    const lock = await path.portal.knex.transaction();
    try {
      await lock.raw(
        'LOCK TABLE catalog.final_entities IN ACCESS EXCLUSIVE MODE',
      );
      const answer = path.portal.call('POST', '/api/scaffolder/v2/tasks', {
        templateRef: 'template:default/typescript-service',
        values: path.values('waiting'),
      });
      const late = new Promise<undefined>(resolve => {
        setTimeout(resolve, 20_000);
      });
      const { status, body } = (await Promise.race([answer, late])) ?? {};
      expect([status, body?.error.message]).toEqual([
        503,
        'The catalog, which knows the template, does not answer at the moment. Nothing was started; try again in a minute.',
      ]);
    } finally {
      await lock.rollback();
    }
    expect(await tasks()).toBe(before);
  });

  const execute = (templateRef: string, values: object) =>
    path.portal.call(
      'POST',
      '/api/scaffolder/.backstage/actions/v1/actions/scaffolder:execute-template/invoke',
      { templateRef, values },
    );

  it('tell an agent what they refuse, by the action', async () => {
    path.portal.policies.refuses = ({ kind }) => kind === 'TemplateTask';
    const before = await tasks();
    const { status, body } = await execute(
      'template:default/typescript-service',
      path.values('refused'),
    );
    expect([status, body.error]).toEqual([
      403,
      expect.objectContaining({
        name: 'NotAllowedError',
        message:
          'A test (parameters.owner): It is refused. Because. Do otherwise.',
        findings: [expect.objectContaining({ field: 'parameters.owner' })],
      }),
    ]);
    expect(await tasks()).toBe(before);
  });

  it('leave to the scaffolder what else an action gets wrong, with its words', async () => {
    const wrong = await execute('template:default/typescript-service', {});
    expect([wrong.status, wrong.body.error]).toEqual([
      400,
      expect.objectContaining({
        name: 'InputError',
        message: expect.stringContaining('values requires property "name".'),
      }),
    ]);
    const missing = await execute('template:default/none', {});
    expect([missing.status, missing.body.error.name]).toEqual([
      404,
      'NotFoundError',
    ]);
  });

  it('ask again before a task starts again', async () => {
    path.databasesPlugin.outcome = 'failed';
    const failed = await path.start('again');
    expect(failed.status).toBe('failed');
    path.portal.policies.refuses = () => true;
    const id = (await path.portal.call('GET', '/api/scaffolder/v2/tasks')).body
      .tasks[0].id as string;
    const retry = () =>
      path.portal.call('POST', `/api/scaffolder/v2/tasks/${id}/retry`, {});
    expect((await retry()).status).toBe(403);
    expect(path.portal.policies.asked.at(-1)?.object.parameters).toMatchObject({
      name: 'again',
    });
  });

  it.each([
    [{ templateRef: 'template:default/none', values: {} }, 404],
    [{ templateRef: ':', values: {} }, 400],
    [{ values: {} }, 400],
  ])('leave %j to the scaffolder', async (body, status) => {
    path.portal.policies.refuses = () => true;
    const answer = await path.portal.call(
      'POST',
      '/api/scaffolder/v2/tasks',
      body,
    );
    expect(answer.status).toBeGreaterThanOrEqual(status);
    expect(answer.status).not.toBe(403);
  });

  it('are not asked by who starts too many, who is told for how long, also by an action', async () => {
    path.portal.policies.refuses = () => true;
    const start = (door: string) =>
      path.portal.call(
        'POST',
        door,
        {
          templateRef: 'template:default/typescript-service',
          values: path.values('many'),
        },
        'user:default/ines',
      );
    for (let n = 0; n < 30; n++) {
      expect((await start('/api/scaffolder/v2/tasks')).status).toBe(403);
    }
    const refused = await start('/api/scaffolder/v2/tasks');
    expect([
      refused.status,
      refused.headers.get('retry-after'),
      refused.body.error,
    ]).toEqual([
      429,
      '60',
      expect.objectContaining({
        name: 'TooManyRequestsError',
        message: 'More than 30 starts of templates in a minute. Wait a little.',
      }),
    ]);
    const byAction = await start(
      '/api/scaffolder/.backstage/actions/v1/actions/scaffolder:execute-template/invoke',
    );
    // By this name MCP passes the sentence on.
    expect([byAction.status, byAction.body.error]).toEqual([
      429,
      expect.objectContaining({
        name: 'NotAllowedError',
        message: refused.body.error.message,
      }),
    ]);
  });
});
