import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { collectProviders } from '@slipway/plugin-databases-node/testUtils';
import { databasesModuleRedis } from './module';

describe('databasesModuleRedis', () => {
  it('adds a provider for each configured server, without asking the servers', async () => {
    const { plugin, providers } = collectProviders();
    const server = {
      id: 'shared-development',
      title: 'Shared Redis for development',
      environments: ['development'],
      connection: { host: '127.0.0.1', port: 1, user: 'p', password: 'p' },
    };
    const backend = await startTestBackend({
      features: [
        plugin,
        databasesModuleRedis,
        mockServices.rootConfig.factory({
          data: {
            databases: {
              providers: { redis: [server, { ...server, id: 'other' }] },
            },
          },
        }),
      ],
    });
    expect(providers.map(({ id }) => id)).toEqual([
      'shared-development',
      'other',
    ]);
    expect(providers[0].title).toBe('Shared Redis for development');
    await backend.stop();
  });
});
