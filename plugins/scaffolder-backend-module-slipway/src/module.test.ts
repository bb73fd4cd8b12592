import {
  createMockDirectory,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { startTestPortal } from './__testUtils__/startTestPortal';
import { TestDatabasesPlugin } from './__testUtils__/testDatabasesPlugin';
import { TestGitHost } from './__testUtils__/TestGitHost';

jest.setTimeout(180_000);

const ORG = `
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: team-orders }
spec: { type: team, children: [] }
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: team-payments }
spec: { type: team, children: [] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: mock }
spec:
  profile: { displayName: Nora Lind, email: nora@example.com }
  memberOf: [team-orders]
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: { name: shop }
spec: { owner: team-orders }
`;

describe('the golden path, in the real scaffolder', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const directory = createMockDirectory();
  let gitHost: TestGitHost;
  let databasesPlugin: TestDatabasesPlugin;
  let portal: Awaited<ReturnType<typeof startTestPortal>>;

  beforeAll(async () => {
    directory.setContent({ 'org.yaml': ORG });
    gitHost = await TestGitHost.start();
    databasesPlugin = new TestDatabasesPlugin();
    portal = await startTestPortal({
      databases,
      gitHost,
      databasesPlugin,
      orgFile: directory.resolve('org.yaml'),
    });
    await portal.entity('template', 'typescript-service');
    await portal.entity('template', 'remove-what-a-task-made');
    await portal.entity('system', 'shop');
    await portal.entity('user', 'mock');
  });

  afterAll(async () => {
    await portal?.stop();
    await gitHost?.stop();
  });

  beforeEach(() => {
    gitHost.forbidden = undefined;
    databasesPlugin.outcome = 'succeeded';
  });

  const values = (name: string, more: object = {}) => ({
    name,
    description: 'Says "hello": it is #1',
    owner: 'group:default/team-orders',
    system: 'system:default/shop',
    databaseSize: 'small',
    repoUrl: `${gitHost.host}?owner=lighthouse&repo=${name}`,
    ...more,
  });
  const start = (name: string, more?: object) =>
    portal.runTemplate('typescript-service', values(name, more), 'nora-token');

  it('offers the hosts and owners of this portal in the form', async () => {
    const { body } = await portal.call(
      'GET',
      '/api/scaffolder/v2/templates/default/template/typescript-service/parameter-schema',
    );
    const field = body.steps[1].schema.properties.repoUrl;
    expect(field['ui:options']).toEqual({
      allowedHosts: [gitHost.host],
      allowedOwners: ['lighthouse'],
      requestUserCredentials: { secretsKey: 'USER_OAUTH_TOKEN' },
    });
    const other = await portal.call(
      'GET',
      '/api/scaffolder/v2/templates/default/template/remove-what-a-task-made/parameter-schema',
    );
    expect(JSON.stringify(other.body)).toContain(gitHost.host);
  });

  it('makes a repository, a database and entities, and leaves no secret', async () => {
    const task = await start('orders');
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    expect(gitHost.repositories.get('lighthouse/orders')?.createdBy).toBe(
      'nora',
    );
    expect(
      await gitHost.git(
        'lighthouse/orders',
        'log',
        '--format=%an <%ae>',
        'main',
      ),
    ).toBe('Nora Lind <nora@example.com>');
    const files = await gitHost.git(
      'lighthouse/orders',
      'ls-tree',
      '-r',
      '--name-only',
      'main',
    );
    expect(files).toContain('migrations/0001_items.sql');
    expect(files).toContain('.github/workflows/ci.yaml');

    expect(databasesPlugin.databases).toMatchObject([
      {
        name: 'orders-db',
        environment: 'development',
        owner: 'group:default/team-orders',
      },
    ]);
    expect(databasesPlugin.orderedBy).toEqual(['user:default/mock']);

    const component = await portal.entity('component', 'orders');
    expect(component.spec.dependsOn).toEqual([
      'resource:default/orders-db.development',
    ]);
    expect(component.metadata.annotations['backstage.io/source-location']).toBe(
      `url:${gitHost.baseUrl}/lighthouse/orders/src/branch/main/`,
    );
    const api = await portal.entity('api', 'orders-api');
    expect(api.spec.definition).toContain('/api/v1/items');
    expect(task.output.links).toHaveLength(3);

    const dump = await portal.knex.raw(
      `SELECT t::text AS row FROM scaffolder.tasks t UNION ALL SELECT e::text FROM scaffolder.task_events e UNION ALL SELECT s::text FROM scaffolder.slipway_things s`,
    );
    expect(JSON.stringify(dump.rows)).not.toContain('nora-token');
    const [{ secrets }] = await portal
      .knex('scaffolder.tasks')
      .where({ id: task.id });
    expect(secrets).toBeNull();
    expect(await portal.knex('scaffolder.slipway_workspaces')).toEqual([]);
  });

  it('makes a service without a database', async () => {
    const task = await start('plain', {
      databaseSize: 'none',
      system: undefined,
    });
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    const files = await gitHost.git(
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
    await gitHost.addRepository('lighthouse/taken', {
      description: 'Somebody else’s',
      visibility: 'public',
      createdBy: 'sam',
    });
    const before = databasesPlugin.databases.length;
    const task = await start('taken', {
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
    expect(task.log).toMatch(/repoUrl: the repository .*taken exists already/);
    expect(databasesPlugin.databases).toHaveLength(before);

    const unknown = await start('unknown-owner', {
      owner: 'group:default/nobody',
    });
    expect(unknown.log).toMatch(
      /owner group:default\/nobody is not a group in the catalog/,
    );
    const reserved = await start('postgres');
    expect(reserved.log).toMatch(/name is "postgres", which is reserved/);
    const named = await start('orders');
    expect(named.log).toMatch(/exists already/);
  });

  it.each([
    'Orders',
    'a',
    'x'.repeat(38),
    "o'; DROP TABLE tasks; --",
    '🚢🚢🚢',
    'o.p.q',
  ])('refuses the name %j in the form', async name => {
    await expect(start(name)).rejects.toThrow(/name/);
  });

  it('refuses to publish with the portal’s own rights', async () => {
    const task = await portal.runTemplate(
      'typescript-service',
      values('alone'),
    );
    expect(task.status).toBe('failed');
    expect(task.log).toMatch(/needs your own rights/);
  });

  it('ends as ordered when a database takes long', async () => {
    databasesPlugin.outcome = 'running';
    const task = await start('patient');
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    expect(task.log).toMatch(
      /patient-db in development is ordered and not ready yet/,
    );
  });

  it('goes on with "Start over" after a failure, and makes nothing twice', async () => {
    gitHost.forbidden = /git-receive-pack/;
    const failed = await start('again');
    expect(failed.status).toBe('failed');
    expect(failed.log).toMatch(/it has made:/);
    expect(failed.log).toMatch(
      /Database again-db in development https:\/\/portal\.example\.com\/databases\/development\/again-db/,
    );
    expect(failed.log).toMatch(/Repository .*lighthouse\/again/);
    gitHost.forbidden = undefined;

    const orders = databasesPlugin.databases.length;
    const over = await start('again');
    expect(`${over.status}\n${over.log}`).toMatch(/^completed/);
    expect(databasesPlugin.databases).toHaveLength(orders);
    expect(
      await gitHost.git('lighthouse/again', 'rev-list', '--count', '--all'),
    ).toBe('1');
  });

  it('goes on with a retry that does not do again what was done', async () => {
    databasesPlugin.loseNextAnswer = true;
    const failed = await start('retried', { databaseSize: 'medium' });
    expect(failed.status).toBe('failed');
    const retry = await portal.call(
      'POST',
      `/api/scaffolder/v2/tasks/${failed.id}/retry`,
      { secrets: { USER_OAUTH_TOKEN: 'nora-token' } },
    );
    expect(retry.status).toBe(201);
    const task = await portal.taskEnd(failed.id);
    expect(`${task.status}\n${task.log}`).toMatch(/^completed/);
    expect(task.log).toMatch(
      /Skipping step files because it was already completed/,
    );
    expect(
      databasesPlugin.databases.filter(({ name }) => name === 'retried-db'),
    ).toHaveLength(1);
  });

  it('removes exactly what a failed task made', async () => {
    gitHost.forbidden = /git-receive-pack/;
    const failed = await start('undone');
    gitHost.forbidden = undefined;
    const link = /https:\/\/portal\.example\.com(\/create\/\S+)/.exec(
      failed.log,
    )![1];
    const formData = JSON.parse(
      new URL(link, 'https://portal.example.com').searchParams.get('formData')!,
    );
    expect(formData).toEqual({
      taskId: failed.id,
      madeRepository: true,
      repoUrl: `${gitHost.host}?owner=lighthouse&repo=undone`,
    });
    const others = gitHost.repositories.size;
    const removal = await portal.runTemplate(
      'remove-what-a-task-made',
      formData,
      'nora-token',
    );
    expect(`${removal.status}\n${removal.log}`).toMatch(/^completed/);
    expect(gitHost.repositories.size).toBe(others - 1);
    expect(gitHost.repositories.has('lighthouse/undone')).toBe(false);
    expect(
      databasesPlugin.databases.find(({ name }) => name === 'undone-db')?.state,
    ).toBe('suspended');

    // Once more is harmless, and the task cannot be taken up any more.
    const twice = await portal.runTemplate(
      'remove-what-a-task-made',
      formData,
      'nora-token',
    );
    expect(twice.log).toMatch(/nothing left of this task/);
    await portal.call('POST', `/api/scaffolder/v2/tasks/${failed.id}/retry`, {
      secrets: { USER_OAUTH_TOKEN: 'nora-token' },
    });
    const retried = await portal.taskEnd(failed.id);
    expect(retried.log).toMatch(/was removed, so it cannot go on/);
  });

  it('does not remove what was used since, or what a good task made', async () => {
    gitHost.forbidden = /\/contents\//;
    const failed = await start('kept', { databaseSize: 'none' });
    gitHost.forbidden = undefined;
    expect(failed.status).toBe('failed');
    const name = 'lighthouse/kept';
    const identity = [
      '-c',
      'user.name=Sam',
      '-c',
      'user.email=sam@example.com',
    ];
    const commit = await gitHost.git(
      name,
      ...identity,
      'commit-tree',
      'main^{tree}',
      '-p',
      'main',
      '-m',
      'Work of a day',
    );
    await gitHost.git(name, 'update-ref', 'refs/heads/main', commit);
    const kept = await portal.runTemplate(
      'remove-what-a-task-made',
      {
        taskId: failed.id,
        madeRepository: true,
        repoUrl: values('kept').repoUrl,
      },
      'nora-token',
    );
    expect(kept.log).toMatch(/holds commits that this task did not make/);
    expect(gitHost.repositories.has(name)).toBe(true);

    const good = await start('fine', { databaseSize: 'none' });
    expect(good.status).toBe('completed');
    const refused = await portal.runTemplate(
      'remove-what-a-task-made',
      { taskId: good.id, madeRepository: false },
      'nora-token',
    );
    expect(refused.log).toMatch(/this task is completed/);
    expect(gitHost.repositories.has('lighthouse/fine')).toBe(true);
  });

  it('says why a database could not be made', async () => {
    databasesPlugin.outcome = 'failed';
    const task = await start('crowded');
    expect(task.status).toBe('failed');
    expect(task.log).toMatch(/could not be made: The server is full/);
    expect(task.log).toMatch(/Database crowded-db in development/);
  });
});
