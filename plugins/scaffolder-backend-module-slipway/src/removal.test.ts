import { setUpGoldenPath } from './__testUtils__/setUpGoldenPath';

jest.setTimeout(180_000);

describe('removing what a task made, in the real scaffolder', () => {
  const path = setUpGoldenPath();

  it('removes exactly what a failed task made', async () => {
    path.gitHost.forbidden = /git-receive-pack/;
    const failed = await path.start('undone');
    path.gitHost.forbidden = undefined;
    const link = /https:\/\/portal\.example\.com(\/create\/\S+)/.exec(
      failed.log,
    )![1];
    const formData = JSON.parse(
      new URL(link, 'https://portal.example.com').searchParams.get('formData')!,
    );
    expect(formData).toEqual({ taskId: failed.id });
    const listed = await path.portal.call(
      'GET',
      `/api/scaffolder/slipway/things?taskId=${failed.id}`,
    );
    expect(listed.body.items[0].things).toContainEqual(
      expect.objectContaining({
        kind: 'repository',
        host: path.gitHost.host,
        // Nothing was pushed, so the task did not come to know it.
        state: 'intended',
      }),
    );
    const others = path.gitHost.repositories.size;
    const removal = await path.portal.runTemplate(
      'remove-what-a-task-made',
      formData,
      'nora-token',
    );
    expect(`${removal.status}\n${removal.log}`).toMatch(/^completed/);
    expect(path.gitHost.repositories.size).toBe(others - 1);
    expect(path.gitHost.repositories.has('lighthouse/undone')).toBe(false);
    expect(
      path.databasesPlugin.databases.find(({ name }) => name === 'undone-db')
        ?.state,
    ).toBe('suspended');

    // Once more is harmless, and the task cannot be taken up any more.
    const twice = await path.portal.runTemplate(
      'remove-what-a-task-made',
      formData,
      'nora-token',
    );
    expect(twice.log).toMatch(/nothing left of this task/);
    await path.portal.call(
      'POST',
      `/api/scaffolder/v2/tasks/${failed.id}/retry`,
      {
        secrets: { USER_OAUTH_TOKEN: 'nora-token' },
      },
    );
    const retried = await path.portal.taskEnd(failed.id);
    expect(retried.log).toMatch(/was removed, so it cannot go on/);
  });

  it('leaves a database alone that people have used or handed on, and says what went beside it', async () => {
    path.gitHost.forbidden = /git-receive-pack/;
    const failed = await path.start('busy');
    path.gitHost.forbidden = undefined;
    const database = path.databasesPlugin.databases.find(
      ({ name }) => name === 'busy-db',
    )!;
    const remove = () =>
      path.portal.runTemplate(
        'remove-what-a-task-made',
        { taskId: failed.id },
        'nora-token',
      );
    const login = {
      id: 'l-1',
      databaseId: database.id,
      user: 'user:default/sam',
      username: 'sam_1',
      access: 'read-only' as const,
      createdAt: '2026-11-30T09:00:00.000Z',
      expiresAt: '2026-11-30T17:00:00.000Z',
    };
    // Also one that has ended: what they wrote is still there.
    path.databasesPlugin.logins.push({ ...login, state: 'revoked' });
    const refused = await remove();
    expect(refused.status).toBe('failed');
    expect(refused.log).toMatch(
      /Removed: Repository [^\n]*lighthouse\/busy\. Not removed:\n- Database busy-db in development: it was opened to user:default\/sam with a login of their own since this task made it, so it is left alone\. Delete it on its page if it shall go: \/databases\/development\/busy-db/,
    );
    expect(path.gitHost.repositories.has('lighthouse/busy')).toBe(false);
    expect(database.state).toBe('ready');

    // Of this one nobody saw the password.
    path.databasesPlugin.logins.splice(0, 1, { ...login, state: 'failed' });
    path.databasesPlugin.events.set(database.id, [
      {
        id: '7',
        type: 'owner.changed',
        message: 'Handed on',
        createdAt: '2026-11-30T09:00:00.000Z',
      },
    ]);
    expect((await remove()).log).toMatch(/it was handed on to another owner/);

    path.databasesPlugin.events.clear();
    const removal = await remove();
    expect(`${removal.status}\n${removal.log}`).toMatch(/^completed/);
    expect(removal.output.text[0].content).toBe(
      'Database busy-db in development (is turned off; its data is kept until 2099-01-01, and until then it can be brought back on its page: /databases/development/busy-db)',
    );
  });

  it('counts a database as removed that its owner deleted by hand', async () => {
    path.gitHost.forbidden = /git-receive-pack/;
    const failed = await path.start('by-hand');
    path.gitHost.forbidden = undefined;
    const database = path.databasesPlugin.databases.find(
      ({ name }) => name === 'by-hand-db',
    )!;
    await path.portal.call(
      'POST',
      `/api/databases/databases/${database.id}/delete`,
      {},
    );
    const removal = await path.portal.runTemplate(
      'remove-what-a-task-made',
      {
        taskId: failed.id,
      },
      'nora-token',
    );
    expect(`${removal.status}\n${removal.log}`).toMatch(/^completed/);
    expect(path.gitHost.repositories.has('lighthouse/by-hand')).toBe(false);
  });

  it('starts over with a database that was removed once it is brought back, and says so until then', async () => {
    path.gitHost.forbidden = /git-receive-pack/;
    const failed = await path.start('regretted');
    path.gitHost.forbidden = undefined;
    await path.portal.runTemplate(
      'remove-what-a-task-made',
      {
        taskId: failed.id,
      },
      'nora-token',
    );
    const early = await path.start('regretted');
    expect(early.status).toBe('failed');
    expect(early.log).toMatch(
      /regretted-db in development is scheduled for deletion and keeps its name until it is gone\. Choose another name, or bring the database back on its page first: \/databases\/development\/regretted-db/,
    );
    expect(path.gitHost.repositories.has('lighthouse/regretted')).toBe(false);

    const database = path.databasesPlugin.databases.find(
      ({ name }) => name === 'regretted-db',
    )!;
    database.state = 'ready';
    database.purgeAfter = undefined;
    const over = await path.start('regretted');
    expect(`${over.status}\n${over.log}`).toMatch(/^completed/);
    expect(
      path.databasesPlugin.databases.filter(
        ({ name }) => name === 'regretted-db',
      ),
    ).toEqual([expect.objectContaining({ id: database.id, state: 'ready' })]);
  });

  it('does not remove what was used since, or what a good task made', async () => {
    path.gitHost.forbidden = /\/contents\//;
    const failed = await path.start('kept', { databaseSize: 'none' });
    path.gitHost.forbidden = undefined;
    expect(failed.status).toBe('failed');
    const name = 'lighthouse/kept';
    const identity = [
      '-c',
      'user.name=Sam',
      '-c',
      'user.email=sam@example.com',
    ];
    const commit = await path.gitHost.git(
      name,
      ...identity,
      'commit-tree',
      'main^{tree}',
      '-p',
      'main',
      '-m',
      'Work of a day',
    );
    await path.gitHost.git(name, 'update-ref', 'refs/heads/main', commit);
    const kept = await path.portal.runTemplate(
      'remove-what-a-task-made',
      {
        taskId: failed.id,
      },
      'nora-token',
    );
    expect(kept.log).toMatch(/holds commits that this task did not make/);
    expect(path.gitHost.repositories.has(name)).toBe(true);

    const good = await path.start('fine', { databaseSize: 'none' });
    expect(good.status).toBe('completed');
    const refused = await path.portal.runTemplate(
      'remove-what-a-task-made',
      { taskId: good.id },
      'nora-token',
    );
    expect(refused.log).toMatch(/this task is completed/);
    expect(path.gitHost.repositories.has('lighthouse/fine')).toBe(true);

    const nothing = await path.portal.runTemplate(
      'remove-what-a-task-made',
      {
        taskId: '11111111-1111-4111-8111-111111111111',
      },
      'nora-token',
    );
    expect(nothing.log).toMatch(/taskId: there is no such task/);
  });

  it('removes a catalog entry that the requester alone could not, and only for whoever started the task', async () => {
    const task = await path.start('whole');
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    await path.portal.entity('component', 'whole');
    // As if it had failed in its last moment: everything is made.
    await path.portal
      .knex('scaffolder.tasks')
      .where({ id: task.id })
      .update({ status: 'failed' });
    const formData = {
      taskId: task.id,
    };

    // The policy is the shipped one: neither may take a location away.
    const { rows } = await path.portal.knex.raw(
      `SELECT id FROM catalog.locations WHERE target LIKE '%whole%'`,
    );
    const location = `/api/catalog/locations/${rows[0].id}`;
    expect((await path.portal.call('DELETE', location)).status).toBe(403);

    const stranger = await path.portal.runTemplate(
      'remove-what-a-task-made',
      formData,
      'nora-token',
      'user:default/ines',
    );
    expect(stranger.status).toBe('failed');
    expect(stranger.log).toMatch(/only the person who started a task/);
    expect((await path.portal.call('GET', location)).status).toBe(200);
    expect(path.gitHost.repositories.has('lighthouse/whole')).toBe(true);

    const removal = await path.portal.runTemplate(
      'remove-what-a-task-made',
      formData,
      'nora-token',
    );
    expect(`${removal.status}\n${removal.log}`).toMatch(/^completed/);
    expect((await path.portal.call('GET', location)).status).toBe(404);
    expect(path.gitHost.repositories.has('lighthouse/whole')).toBe(false);
  });

  it('removes nothing when an agent starts it, and for a person also what was not on record yet', async () => {
    const task = await path.start('handed');
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    await path.portal.entity('component', 'handed');
    // As if it had died right after it was registered.
    await path.portal
      .knex('scaffolder.tasks')
      .where({ id: task.id })
      .update({ status: 'failed' });
    await path.portal
      .knex('scaffolder.slipway_things')
      .where({ task_id: task.id, kind: 'location' })
      .update({ details: '{}' });
    const start = (actor?: string) =>
      path.portal.call(
        'POST',
        '/api/scaffolder/v2/tasks',
        {
          templateRef: 'template:default/remove-what-a-task-made',
          values: {
            taskId: task.id,
          },
          secrets: { USER_OAUTH_TOKEN: 'nora-token' },
        },
        'user:default/mock',
        actor,
      );
    for (const actor of [
      'external:oauth-client',
      'plugin:mcp-actions',
      // So come the tasks that an action starts.
      'plugin:scaffolder',
    ]) {
      const { id } = (await start(actor)).body;
      const refused = await path.portal.taskEnd(id);
      expect([actor, refused.status]).toEqual([actor, 'failed']);
      expect(refused.log).toMatch(/Only people remove what a task made/);
    }
    expect(path.gitHost.repositories.has('lighthouse/handed')).toBe(true);

    const removal = await path.portal.taskEnd((await start()).body.id);
    expect(`${removal.status}\n${removal.log}`).toMatch(/^completed/);
    const { rows } = await path.portal.knex.raw(
      `SELECT id FROM catalog.locations WHERE target LIKE '%handed%'`,
    );
    expect(rows).toEqual([]);
  });
});
