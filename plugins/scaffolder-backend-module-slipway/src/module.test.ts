import { setUpGoldenPath } from './__testUtils__/setUpGoldenPath';

jest.setTimeout(180_000);

describe('the golden path, in the real scaffolder', () => {
  const path = setUpGoldenPath();

  it('says of what cannot be a task that there is none', async () => {
    for (const [method, rest] of [
      ['GET', 'nope'],
      ['GET', `${'a'.repeat(36)}/events`],
      ['POST', 'nope/cancel'],
    ]) {
      const answer = await path.portal.call(
        method,
        `/api/scaffolder/v2/tasks/${rest}`,
        method === 'POST' ? {} : undefined,
      );
      expect(answer).toMatchObject({
        status: 404,
        body: { error: { message: 'There is no task with this id.' } },
      });
    }
  });

  it('offers the hosts and owners of this portal in the form', async () => {
    const { body } = await path.portal.call(
      'GET',
      '/api/scaffolder/v2/templates/default/template/typescript-service/parameter-schema',
    );
    const field = body.steps[1].schema.properties.repoUrl;
    expect(field['ui:options']).toEqual({
      allowedHosts: [path.gitHost.host],
      allowedOwners: ['lighthouse'],
      requestUserCredentials: { secretsKey: 'USER_OAUTH_TOKEN' },
    });
  });

  it('makes a repository, a database and entities, and leaves no secret', async () => {
    const task = await path.start('orders');
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    expect(path.gitHost.repositories.get('lighthouse/orders')?.createdBy).toBe(
      'nora',
    );
    expect(
      await path.gitHost.git(
        'lighthouse/orders',
        'log',
        '--format=%an <%ae>',
        'main',
      ),
    ).toBe('Nora Lind <nora@example.com>');
    const files = await path.gitHost.git(
      'lighthouse/orders',
      'ls-tree',
      '-r',
      '--name-only',
      'main',
    );
    expect(files).toContain('migrations/0001_items.sql');
    expect(files).toContain('.github/workflows/ci.yaml');

    expect(path.databasesPlugin.databases).toMatchObject([
      {
        name: 'orders-db',
        environment: 'development',
        owner: 'group:default/team-orders',
      },
    ]);
    expect(path.databasesPlugin.orderedBy).toEqual(['user:default/mock']);

    const component = await path.portal.entity('component', 'orders');
    expect(component.spec.dependsOn).toEqual([
      'resource:default/orders-db.development',
    ]);
    expect(component.metadata.annotations['backstage.io/source-location']).toBe(
      `url:${path.gitHost.baseUrl}/lighthouse/orders/src/branch/main/`,
    );
    const api = await path.portal.entity('api', 'orders-api');
    expect(api.spec.definition).toContain('/api/v1/items');
    expect(task.output.links).toHaveLength(3);

    const dump = await path.portal.knex.raw(
      `SELECT t::text AS row FROM scaffolder.tasks t UNION ALL SELECT e::text FROM scaffolder.task_events e UNION ALL SELECT s::text FROM scaffolder.slipway_things s`,
    );
    expect(JSON.stringify(dump.rows)).not.toContain('nora-token');
    const [{ secrets }] = await path.portal
      .knex('scaffolder.tasks')
      .where({ id: task.id });
    expect(secrets).toBeNull();
    expect(await path.portal.knex('scaffolder.slipway_workspaces')).toEqual([]);
  });

  it('makes a service without a database', async () => {
    const task = await path.start('plain', {
      databaseSize: 'none',
      system: undefined,
    });
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    const files = await path.gitHost.git(
      'lighthouse/plain',
      'ls-tree',
      '-r',
      '--name-only',
      'main',
    );
    expect(files).not.toContain('migrations');
    expect(task.output.links).toHaveLength(2);
  });

  it('says everything that is wrong at once, before it makes anything', async () => {
    await path.gitHost.addRepository('lighthouse/taken', {
      description: 'Somebody else’s',
      visibility: 'public',
      createdBy: 'sam',
    });
    const before = path.databasesPlugin.databases.length;
    const task = await path.start('taken', {
      owner: 'group:default/team-payments',
      system: 'system:default/nowhere',
    });
    expect(task.status).toBe('failed');
    expect(task.log).toMatch(
      /owner group:default\/team-payments is not one of your groups\. Choose group:default\/team-orders/,
    );
    expect(task.log).toMatch(
      /system system:default\/nowhere is not in the catalog/,
    );
    // What is shown of it has no paths of the server.
    expect(task.log).toMatch(/\n {4}at .*plan/);
    const shown = await path.portal.call(
      'GET',
      `/api/scaffolder/v2/tasks/${task.id}/events`,
    );
    expect(JSON.stringify(shown.body)).toContain('is not in the catalog');
    expect(JSON.stringify(shown.body)).not.toMatch(/\\n {4}at /);
    expect(task.log).toMatch(/repoUrl: the repository .*taken exists already/);
    expect(path.databasesPlugin.databases).toHaveLength(before);

    const wrongKind = await path.start('wrong-kind', {
      system: 'group:default/team-orders',
    });
    expect(wrongKind.log).toMatch(/system is not a reference to a system/);
    const unknown = await path.start('unknown-owner', {
      owner: 'group:default/nobody',
    });
    expect(unknown.log).toMatch(
      /owner group:default\/nobody is not a group in the catalog/,
    );
    const reserved = await path.start('postgres');
    expect(reserved.log).toMatch(/name is "postgres", which is reserved/);
    const named = await path.start('orders');
    expect(named.log).toMatch(/exists already/);
  });

  it('lets an administrator start a service for any group, and says so', async () => {
    const ada = await path.portal.runTemplate(
      'typescript-service',
      path.values('helped'),
      'nora-token',
      'user:default/ada',
    );
    expect(`${ada.status}\n${ada.log}`).toMatch(/^completed/);
    expect(ada.log).toContain(
      'You do not belong to group:default/team-orders: you do this as an administrator.',
    );
    expect(path.portal.audit).toContainEqual({
      eventId: 'service-create-for-others',
      meta: {
        taskId: ada.id,
        owner: 'group:default/team-orders',
        requestedBy: 'user:default/ada',
      },
    });
    expect(path.databasesPlugin.databases.at(-1)).toMatchObject({
      owner: 'group:default/team-orders',
      createdBy: 'user:default/ada',
    });
  });

  it('says of what another person’s task made that the name is taken, and how to go on', async () => {
    const ines = await path.portal.runTemplate(
      'typescript-service',
      path.values('settled', { owner: 'group:default/team-payments' }),
      'nora-token',
      'user:default/ines',
    );
    expect(`${ines.status}\n${ines.log}`).toMatch(/^completed/);
    const taken = await path.start('settled');
    expect(taken.status).toBe('failed');
    expect(taken.log).toMatch(
      /name: the database settled-db in development exists already, and this task did not make it\. Choose another name\./,
    );
    expect(taken.log).toMatch(/repoUrl: the repository .* exists already/);
    expect(taken.log).not.toMatch(/Request failed/);
  });

  it.each([
    'Orders',
    'a',
    'x'.repeat(38),
    "o'; DROP TABLE tasks; --",
    '🚢🚢🚢',
    'o.p.q',
  ])('refuses the name %j in the form', async name => {
    await expect(path.start(name)).rejects.toThrow(/name/);
  });

  it('refuses to publish with the portal’s own rights', async () => {
    const task = await path.portal.runTemplate(
      'typescript-service',
      path.values('alone'),
    );
    expect(task.status).toBe('failed');
    expect(task.log).toMatch(/needs your own rights/);
  });

  it('ends as ordered when a database takes long', async () => {
    path.databasesPlugin.outcome = 'running';
    const task = await path.start('patient');
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    expect(task.log).toMatch(
      /patient-db in development is ordered and not ready yet/,
    );
  });

  it('goes on with "Start over" after a failure, and makes nothing twice', async () => {
    path.gitHost.forbidden = /git-receive-pack/;
    const failed = await path.start('again');
    expect(failed.status).toBe('failed');
    expect(failed.log).toMatch(/it has made:/);
    expect(failed.log).toMatch(
      /Database again-db in development https:\/\/portal\.example\.com\/databases\/development\/again-db/,
    );
    expect(failed.log).toMatch(/Repository .*lighthouse\/again/);
    path.gitHost.forbidden = undefined;

    const orders = path.databasesPlugin.databases.length;
    const over = await path.start('again');
    expect(`${over.status}\n${over.log}`).toMatch(/^completed/);
    expect(path.databasesPlugin.databases).toHaveLength(orders);
    expect(
      await path.gitHost.git(
        'lighthouse/again',
        'rev-list',
        '--count',
        '--all',
      ),
    ).toBe('1');
  });

  it('goes on with a retry that does not do again what was done', async () => {
    path.databasesPlugin.loseNextAnswer = true;
    const failed = await path.start('retried', { databaseSize: 'medium' });
    expect(failed.status).toBe('failed');
    const retry = await path.portal.call(
      'POST',
      `/api/scaffolder/v2/tasks/${failed.id}/retry`,
      { secrets: { USER_OAUTH_TOKEN: 'nora-token' } },
    );
    expect(retry.status).toBe(201);
    const task = await path.portal.taskEnd(failed.id);
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    expect(task.log).toMatch(
      /Skipping step files because it was already completed/,
    );
    expect(
      path.databasesPlugin.databases.filter(
        ({ name }) => name === 'retried-db',
      ),
    ).toHaveLength(1);
  });

  it('says why a database could not be made', async () => {
    path.databasesPlugin.outcome = 'failed';
    const task = await path.start('crowded');
    expect(task.status).toBe('failed');
    expect(task.log).toMatch(/could not be made: The server is full/);
    expect(task.log).toMatch(/Database crowded-db in development/);
  });
});
