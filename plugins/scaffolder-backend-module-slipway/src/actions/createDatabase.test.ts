import {
  createMockDirectory,
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { createTestTask } from '../__testUtils__/createTestTask';
import { createTestThings } from '../__testUtils__/createTestThings';
import { TestDatabasesPlugin } from '../__testUtils__/testDatabasesPlugin';
import { DatabasesClient } from '../databases/DatabasesClient';
import { createCreateDatabaseAction } from './createDatabase';

jest.setTimeout(60_000);

describe('platform:database:create', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const workspace = createMockDirectory();
  let known: Awaited<ReturnType<typeof createTestThings>>;
  let plugin: TestDatabasesPlugin;
  let stop: () => Promise<void>;
  let action: ReturnType<typeof createCreateDatabaseAction>;

  beforeAll(async () => {
    known = await createTestThings(databases);
  });

  beforeEach(async () => {
    known.states.clear();
    await known.client('slipway_things').delete();
    plugin = new TestDatabasesPlugin();
    const backend = await startTestBackend({ features: [plugin.feature] });
    stop = () => backend.stop();
    action = createCreateDatabaseAction({
      databases: DatabasesClient.create({
        discovery: mockServices.discovery.mock({
          getBaseUrl: async id =>
            `http://localhost:${backend.server.port()}/api/${id}`,
        }),
        auth: mockServices.auth({ pluginId: 'scaffolder' }),
      }),
      things: known.things,
      defaultWaitSeconds: 1,
    });
  });

  afterEach(() => stop());

  const task = (taskId = 'task-1', more: { isDryRun?: boolean } = {}) =>
    createTestTask({ taskId, workspacePath: workspace.path, ...more });
  const input = {
    name: 'orders-db',
    size: 'small',
    owner: 'group:default/team-orders',
  };

  it('takes the short form, orders as the person, and gives references only', async () => {
    const output = await task().run(action, { ...input, type: 'postgres' });
    expect(plugin.databases).toMatchObject([
      { engine: 'postgres', environment: 'development', size: 'small' },
    ]);
    expect(plugin.orderedBy).toEqual(['user:default/mock']);
    expect(output).toEqual({
      databaseId: plugin.databases[0].id,
      databaseRef: 'development/orders-db',
      entityRef: 'resource:default/orders-db.development',
      state: 'ready',
      message: expect.stringMatching(/is ready\. Get a login for yourself/),
    });
  });

  it('orders once, also when the first answer was lost', async () => {
    plugin.loseNextAnswer = true;
    const first = task();
    await expect(first.run(action, input)).rejects.toThrow(
      /gone in the middle/,
    );
    expect(first.log.join('\n')).toMatch(
      /orders-db in development \(it may exist\)/,
    );
    await first.run(action, input);
    await task().run(action, input);
    expect(plugin.databases).toHaveLength(1);
  });

  it('goes on days later with what a failed task ordered, as it was ordered', async () => {
    await task('task-1').run(action, input);
    known.states.set('task-1', 'failed');
    plugin.forgetKeys();
    await expect(
      task('task-2').run(action, { ...input, size: 'large' }),
    ).rejects.toThrow(/is taken/);
    known.states.set('task-2', 'failed');
    const output = await task('task-3').run(action, input);
    expect(output).toMatchObject({
      databaseId: plugin.databases[0].id,
      state: 'ready',
    });
    expect(plugin.databases).toHaveLength(1);
  });

  it('ends as ordered when it takes longer', async () => {
    plugin.outcome = 'running';
    const running = task();
    const output = await running.run(action, { ...input, waitSeconds: 1 });
    expect(output.state).toBe('ordered');
    expect(running.log).toContain('Make the roles: running');
  });

  it('does not take over the database of another', async () => {
    await task('task-1').run(action, input);
    known.states.set('task-1', 'completed');
    await expect(task('task-2').run(action, input)).rejects.toThrow(
      /Database orders-db in development exists already/,
    );
    expect(plugin.databases).toHaveLength(1);
  });

  it.each([
    [{ name: 'Orders' }, /name .*Use only the letters a to z/],
    [{ name: 'a'.repeat(41) }, /name is 41 characters long/],
    [{ name: 'postgres' }, /name is "postgres", which is reserved/],
    [{ name: "o'; DROP TABLE x; --" }, /name contains/],
    [{ name: 'o.p' }, /name contains/],
    [{ name: '🚢🚢🚢' }, /name contains the character U\+1F6A2/],
    [{ size: 'huge' }, /size is not known/],
    [{ engine: 'oracle' }, /engine is not known/],
    [{ engine: 'postgres', type: 'mysql' }, /two words for the same/],
    [{ owner: 'user:default/nora' }, /owner is not the reference of a group/],
    [{ environment: 'the moon' }, /environment/],
  ])(
    'refuses %j, names the field, and orders nothing',
    async (wrong, message) => {
      await expect(task().run(action, { ...input, ...wrong })).rejects.toThrow(
        message,
      );
      expect(plugin.orderedBy).toEqual([]);
      expect(await known.store.list('task-1')).toEqual([]);
    },
  );

  it('orders nothing in a dry run', async () => {
    const dry = task('task-1', { isDryRun: true });
    const output = await dry.run(action, input);
    expect(output.entityRef).toBe('resource:default/orders-db.development');
    expect(dry.log.join()).toMatch(/would be ordered/);
    expect(plugin.orderedBy).toEqual([]);
  });
});
