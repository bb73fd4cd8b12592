import {
  CoreV1Api,
  createConfiguration,
  KubeConfig,
  ServerConfiguration,
  type V1Secret,
} from '@kubernetes/client-node';
import { InputError } from '@backstage/errors';
import type { KubernetesSecretsConfig } from './config';

/** How long the cluster has for one answer, in milliseconds. */
const ANSWER_WITHIN_MS = 10_000;

/**
 * The calls that the store makes, as the client of Kubernetes has them.
 * @public
 */
export interface SecretsApi {
  readNamespacedSecret(request: {
    name: string;
    namespace: string;
  }): Promise<V1Secret>;
  createNamespacedSecret(request: {
    namespace: string;
    body: V1Secret;
  }): Promise<V1Secret>;
  replaceNamespacedSecret(request: {
    name: string;
    namespace: string;
    body: V1Secret;
  }): Promise<V1Secret>;
  deleteNamespacedSecret(request: {
    name: string;
    namespace: string;
    body: { preconditions: { uid?: string; resourceVersion?: string } };
  }): Promise<unknown>;
}

/**
 * A client for the cluster of the configuration. Nothing is sent yet.
 *
 * @throws InputError when the kubeconfig cannot be used
 * @public
 */
export function createSecretsApi(config: KubernetesSecretsConfig): SecretsApi {
  if (!config.kubeconfig && !process.env.KUBERNETES_SERVICE_HOST) {
    throw new InputError(
      'databases.secrets.kubernetes.kubeconfig is missing, and the portal does not run in a pod',
    );
  }
  const kubeConfig = new KubeConfig();
  try {
    if (config.kubeconfig) {
      kubeConfig.loadFromFile(config.kubeconfig);
    } else {
      kubeConfig.loadFromCluster();
    }
    if (config.context) kubeConfig.setCurrentContext(config.context);
  } catch {
    // What the parser says may repeat a token.
    throw new InputError(
      'databases.secrets.kubernetes.kubeconfig cannot be read as a kubeconfig',
    );
  }
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) {
    throw new InputError(
      'databases.secrets.kubernetes.context names no context of the kubeconfig',
    );
  }
  return new CoreV1Api(
    createConfiguration({
      baseServer: new ServerConfiguration(cluster.server, {}),
      authMethods: { default: kubeConfig },
      promiseMiddleware: [
        {
          async pre(context) {
            context.setSignal(AbortSignal.timeout(ANSWER_WITHIN_MS));
            return context;
          },
          async post(context) {
            return context;
          },
        },
      ],
    }),
  );
}
