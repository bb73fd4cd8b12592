import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import {
  AuthorizationV1Api,
  CoreV1Api,
  KubeConfig,
  RbacAuthorizationV1Api,
} from '@kubernetes/client-node';
import { secretName } from '@slipway/plugin-databases-node';
import {
  FaultyLine,
  secretStoreConformance,
} from '@slipway/plugin-databases-node/testUtils';
import assert from 'node:assert/strict';
import { createSecretsApi, KubernetesSecretStore } from '../src';

const GIVEN = process.env.SLIPWAY_TEST_KUBERNETES;
if (!GIVEN) {
  throw new Error(
    'SLIPWAY_TEST_KUBERNETES says where a cluster is; run `npm run test:all -- "secret stores"`',
  );
}
const cluster: {
  host: string;
  port: number;
  ca: string;
  administratorToken: string;
  /** Of a user `portal` who may do nothing yet. */
  portalToken: string;
} = JSON.parse(GIVEN);

const namespace = `secrets-${randomUUID().slice(0, 8)}`;
const runner = { describe, it, before, afterEach, after };

function kubeconfigOf(token: string, { host, port } = cluster) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'c',
        cluster: {
          server: `https://${host}:${port}`,
          'certificate-authority-data': Buffer.from(cluster.ca).toString(
            'base64',
          ),
        },
      },
    ],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
}

async function start() {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(
    JSON.stringify(kubeconfigOf(cluster.administratorToken)),
  );
  const core = kubeConfig.makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  await allowPortal(kubeConfig);

  const line = await FaultyLine.start(cluster);
  const folder = await mkdtemp(join(tmpdir(), 'slipway-kubeconfig-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify(
      kubeconfigOf(cluster.portalToken, { ...cluster, ...addressOf(line) }),
    ),
  );
  return {
    line,
    answersWithinMs: 60_000,
    open: () =>
      KubernetesSecretStore.create({
        api: createSecretsApi({ namespace, kubeconfig }),
        namespace,
      }),
    async inventory() {
      const { items } = await core.listNamespacedSecret({ namespace });
      return items
        .map(({ metadata, type, data }) =>
          JSON.stringify([
            metadata?.name,
            metadata?.uid,
            metadata?.resourceVersion,
            metadata?.labels,
            metadata?.annotations,
            type,
            Object.keys(data ?? {}),
          ]),
        )
        .sort();
    },
    async plantForeign({ id, revision }: { id: string; revision: number }) {
      // All but the label is as ours would be.
      await core.createNamespacedSecret({
        namespace,
        body: {
          metadata: {
            name: secretName(id),
            annotations: { 'slipway.dev/secret-id': id },
          },
          stringData: { [`revision-${revision}`]: 'theirs' },
        },
      });
    },
    async removeForeign({ id }: { id: string }) {
      await core.deleteNamespacedSecret({ namespace, name: secretName(id) });
    },
    async stop() {
      await line.close();
      await core.deleteNamespace({ name: namespace });
      await rm(folder, { recursive: true });
    },
  };
}

/** What the README asks an administrator to do. */
async function allowPortal(kubeConfig: KubeConfig): Promise<void> {
  const rbac = kubeConfig.makeApiClient(RbacAuthorizationV1Api);
  await rbac.createNamespacedRole({
    namespace,
    body: {
      metadata: { name: 'slipway-secrets' },
      rules: [
        {
          apiGroups: [''],
          resources: ['secrets'],
          verbs: ['get', 'create', 'update', 'delete'],
        },
      ],
    },
  });
  await rbac.createNamespacedRoleBinding({
    namespace,
    body: {
      metadata: { name: 'slipway-secrets' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name: 'slipway-secrets',
      },
      subjects: [
        {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'User',
          name: 'portal',
        },
      ],
    },
  });
  // The authorizer learns of it by itself, a moment later.
  const portal = new KubeConfig();
  portal.loadFromString(JSON.stringify(kubeconfigOf(cluster.portalToken)));
  const authorization = portal.makeApiClient(AuthorizationV1Api);
  for (const end = Date.now() + 20_000; ;) {
    const { status } = await authorization.createSelfSubjectAccessReview({
      body: {
        spec: {
          resourceAttributes: {
            namespace,
            resource: 'secrets',
            verb: 'create',
          },
        },
      },
    });
    if (status?.allowed) return;
    assert.ok(Date.now() < end, 'The role does not take effect');
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

function addressOf({ host, port }: FaultyLine) {
  return { host, port };
}

secretStoreConformance('The Kubernetes store', start, runner);

describe('The Kubernetes store', () => {
  it('waits for a role that is not there yet, and says which', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-kubeconfig-'));
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(
      kubeconfig,
      JSON.stringify(kubeconfigOf(cluster.portalToken)),
    );
    const store = KubernetesSecretStore.create({
      api: createSecretsApi({ namespace: 'kube-system', kubeconfig }),
      namespace: 'kube-system',
    });
    await assert.rejects(store.write({ id: 'a', revision: 1 }, 'hunter2'), {
      name: 'RetryableError',
      message:
        /get, create, update and delete Secrets in the namespace 'kube-system'/,
    });
    await rm(folder, { recursive: true });
  });
});
