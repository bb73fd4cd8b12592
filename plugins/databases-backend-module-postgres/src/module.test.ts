import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  DatabaseProvider,
  databaseProvidersExtensionPoint,
} from '@slipway/plugin-databases-node';
import { databasesModulePostgres } from './module';

describe('databasesModulePostgres', () => {
  it('adds a provider for each configured server, without asking the servers', async () => {
    const added: DatabaseProvider[] = [];
    const plugin = createBackendPlugin({
      pluginId: 'databases',
      register(env) {
        env.registerExtensionPoint(databaseProvidersExtensionPoint, {
          addProvider: provider => added.push(provider),
        });
        env.registerInit({ deps: {}, async init() {} });
      },
    });
    const server = {
      id: 'shared-development',
      title: 'Shared Postgres for development',
      environments: ['development'],
      connection: { host: '127.0.0.1', port: 1, user: 'p', password: 'p' },
    };
    const backend = await startTestBackend({
      features: [
        plugin,
        databasesModulePostgres,
        mockServices.rootConfig.factory({
          data: {
            databases: {
              providers: { postgres: [server, { ...server, id: 'other' }] },
            },
          },
        }),
      ],
    });
    expect(added.map(({ id }) => id)).toEqual(['shared-development', 'other']);
    expect(added[0].title).toBe('Shared Postgres for development');
    await backend.stop();
  });
});
