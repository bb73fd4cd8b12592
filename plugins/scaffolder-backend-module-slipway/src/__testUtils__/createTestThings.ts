import {
  mockServices,
  type TestDatabases,
} from '@backstage/backend-test-utils';
import { scaffolderServiceMock } from '@backstage/plugin-scaffolder-node/testUtils';
import { openDatabase } from '../lib/migrate';
import { DatabaseThingStore } from '../things/DatabaseThingStore';
import { Things } from '../things/Things';

/** Things in a real Postgres, of tasks whose states are set by the test. */
export async function createTestThings(databases: TestDatabases) {
  const client = await databases.init('POSTGRES_18');
  await openDatabase(mockServices.database({ knex: client }));
  const states = new Map<string, 'processing' | 'failed' | 'completed'>();
  const scaffolder = scaffolderServiceMock.mock({
    getTask: async ({ taskId }) => ({
      id: taskId,
      status: states.get(taskId) ?? 'processing',
      spec: {} as never,
      createdAt: '',
      lastHeartbeatAt: '',
    }),
  });
  const store = DatabaseThingStore.create({ client });
  const things = Things.create({
    store,
    scaffolder,
    auth: mockServices.auth({ pluginId: 'scaffolder' }),
    appBaseUrl: 'https://portal.example.com',
  });
  return { client, store, things, scaffolder, states };
}
