import { writeFile } from 'node:fs/promises';
import { createBackendPlugin } from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import {
  databaseSecretStoreExtensionPoint,
  type SecretStore,
} from '@slipway/plugin-databases-node';
import { startStandIn } from './__testUtils__/startStandIn';
import { databasesModuleVaultSecrets } from './module';

const directory = createMockDirectory();

it('adds its store, which reads the token anew for each call', async () => {
  const vault = await startStandIn('a-token');
  const tokenFile = directory.resolve('token');
  const added: SecretStore[] = [];
  const plugin = createBackendPlugin({
    pluginId: 'databases',
    register(env) {
      env.registerExtensionPoint(databaseSecretStoreExtensionPoint, {
        addSecretStore: store => added.push(store),
      });
      env.registerInit({ deps: {}, async init() {} });
    },
  });
  const backend = await startTestBackend({
    features: [
      plugin,
      databasesModuleVaultSecrets,
      mockServices.rootConfig.factory({
        data: {
          databases: { secrets: { vault: { address: vault.url, tokenFile } } },
        },
      }),
    ],
  });
  const [store] = added;
  expect(store).toMatchObject({ id: 'vault', title: 'Vault' });
  const ref = { id: 'a', revision: 1 };
  await expect(store.read(ref)).rejects.toThrow(/tokenFile cannot be read/);
  await writeFile(tokenFile, 'an-old-token\n');
  await expect(store.read(ref)).rejects.toThrow(/token must be valid/);
  await writeFile(tokenFile, 'a-token\n');
  await store.write(ref, 'value');
  expect(await store.read(ref)).toBe('value');
  await backend.stop();
  await vault.stop();
});
