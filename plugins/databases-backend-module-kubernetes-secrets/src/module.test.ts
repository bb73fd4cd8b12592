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
import { databasesModuleKubernetesSecrets } from './module';

const KUBECONFIG = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: { token: 'hunter2' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
};

describe('databasesModuleKubernetesSecrets', () => {
  const directory = createMockDirectory();

  async function start(kubernetes: object, kubeconfig = '') {
    const path = directory.resolve('kubeconfig');
    await writeFile(path, kubeconfig);
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
        databasesModuleKubernetesSecrets,
        mockServices.rootConfig.factory({
          data: {
            databases: {
              secrets: {
                kubernetes: {
                  namespace: 'slipway',
                  kubeconfig: path,
                  ...kubernetes,
                },
              },
            },
          },
        }),
      ],
    });
    await backend.stop();
    return added;
  }

  it('adds its store without asking the cluster', async () => {
    const [store] = await start({}, JSON.stringify(KUBECONFIG));
    expect(store).toMatchObject({
      id: 'kubernetes',
      title: 'Secrets of Kubernetes',
    });
    await expect(store.read({ id: 'a', revision: 1 })).rejects.toMatchObject({
      name: 'RetryableError',
      message: 'The Kubernetes API does not answer.',
    });
  });

  it('says which key is wrong, and repeats nothing of the file', async () => {
    await expect(start({}, '{ token: hunter2')).rejects.toThrow(
      /databases\.secrets\.kubernetes\.kubeconfig/,
    );
    await expect(start({}, '{ token: hunter2')).rejects.not.toThrow(/hunter2/);
    await expect(start({ kubeconfig: undefined })).rejects.toThrow(
      /kubeconfig is missing, and the portal does not run in a pod/,
    );
    await expect(
      start({ context: 'other' }, JSON.stringify(KUBECONFIG)),
    ).rejects.toThrow(/databases\.secrets\.kubernetes\.context/);
  });
});
