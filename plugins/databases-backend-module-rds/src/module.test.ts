import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { collectProviders } from '@slipway/plugin-databases-node/testUtils';
import { databasesModuleRds } from './module';

describe('databasesModuleRds', () => {
  it('adds a provider for each configured account, without asking AWS', async () => {
    const { plugin, providers } = collectProviders();
    const account = {
      id: 'rds-production',
      title: 'Postgres on AWS',
      environments: ['production'],
      region: 'eu-central-1',
      subnetGroup: 'slipway',
      securityGroups: ['sg-12345678'],
      currency: 'EUR',
      sizes: { small: { instanceClass: 'db.t3.micro', pricePerMonth: 18 } },
      endpoints: { rds: 'http://127.0.0.1:1' },
    };
    const { currency: _, ...withoutCurrency } = account;
    const backend = await startTestBackend({
      features: [
        plugin,
        databasesModuleRds,
        mockServices.rootConfig.factory({
          data: {
            databases: {
              providers: {
                rds: [account, { ...withoutCurrency, id: 'other' }],
              },
            },
          },
        }),
      ],
    });
    expect(providers.map(({ id }) => id)).toEqual(['rds-production', 'other']);
    const [provider, other] = providers;
    expect(provider.capabilities()).toMatchObject({
      engine: 'postgres',
      environments: ['production'],
      tls: true,
    });
    const spec = {
      name: 'orders-db',
      environment: 'production',
      engine: 'postgres',
      size: 'small',
      limits: {
        storageGiB: 5,
        connectionLimit: 20,
        statementTimeoutSeconds: 30,
      },
      owner: 'group:default/team-orders',
    } as const;
    await expect(provider.validate(spec)).resolves.toEqual([]);
    await expect(
      provider.validate({ ...spec, size: 'large' }),
    ).resolves.toMatchObject([{ field: 'size' }]);
    await expect(provider.estimate(spec)).resolves.toEqual({
      pricePerMonth: { amount: 18, currency: 'EUR' },
    });
    // A price without a currency is not known, and not 0.
    await expect(other.estimate(spec)).resolves.toEqual({});
    await backend.stop();
  });
});
