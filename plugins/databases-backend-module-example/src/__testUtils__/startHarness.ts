import { ConformanceHarness } from '@slipway/plugin-databases-node/testUtils';
import type { ExampleProviderConfig } from '../config';
import { ExampleDatabaseProvider } from '../ExampleDatabaseProvider';
import { startTeamApi, TestTeamApi } from './startTeamApi';

export interface ExampleHarness extends ConformanceHarness {
  api: TestTeamApi;
  config: ExampleProviderConfig;
}

/** The service and a provider. The suite sees the service with an administrator's eyes, past the provider. */
export async function startHarness(): Promise<ExampleHarness> {
  const token = 'of-the-test';
  const api = await startTeamApi(token);
  const config: ExampleProviderConfig = {
    id: 'example',
    title: 'Databases of the data team',
    environments: ['development'],
    url: api.url,
    token,
  };
  return {
    api,
    config,
    provider: ExampleDatabaseProvider.create(config),
    spec: name => ({
      name,
      environment: 'development',
      engine: 'mongodb',
      size: 'small',
      limits: {
        storageGiB: 1,
        connectionLimit: 10,
        statementTimeoutSeconds: 30,
      },
      owner: 'group:default/team-orders',
    }),
    async inventory() {
      return [...api.databases]
        .filter(([, { record }]) => !record.dropped)
        .map(([name, { record, data }]) => {
          // Fences move by themselves.
          const labels = { ...record.labels, fence: undefined };
          return JSON.stringify([name, { ...record, labels }, [...data]]);
        })
        .sort();
    },
    async createUnmarked(name) {
      api.put(name, { logins: {} });
    },
    async removeUnmarked(name) {
      api.remove(name);
    },
    async connect({ username, password, endpoint }) {
      const session = api.open(endpoint.database, username, password);
      return {
        async write(key, value) {
          const { status } = session.ask({ op: 'set', key, value });
          if (status !== 200) {
            throw new Error(`Refused: ${status}`);
          }
        },
        read: async key => session.ask({ op: 'get', key }).value,
        isAlive: async () => session.isOpen(),
        close: async () => session.close(),
      };
    },
    stop: () => api.stop(),
  };
}
