import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  DatabaseProvider,
  databaseProvidersExtensionPoint,
} from '@slipway/plugin-databases-node';
import { databasesModuleMariaDb } from './module';

describe('databasesModuleMariaDb', () => {
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
      title: 'Shared MariaDB for development',
      environments: ['development'],
      connection: { host: '127.0.0.1', port: 1, user: 'p', password: 'p' },
    };
    const backend = await startTestBackend({
      features: [
        plugin,
        databasesModuleMariaDb,
        mockServices.rootConfig.factory({
          data: {
            databases: {
              providers: { mariadb: [server, { ...server, id: 'other' }] },
            },
          },
        }),
      ],
    });
    expect(added.map(({ id }) => id)).toEqual(['shared-development', 'other']);
    expect(added[0].title).toBe('Shared MariaDB for development');
    await backend.stop();
  });
});
