import {
  coreServices,
  createBackendFeatureLoader,
} from '@backstage/backend-plugin-api';
import { hostsWithCredentials } from '@slipway/plugin-scaffolder-backend-module-slipway';

/**
 * The parts that do nothing until a section of the configuration says with what: they are offered, and loaded, only then.
 *
 * - Upstream's actions for GitHub, GitLab and Gitea: with credentials for a host of that kind, the portal's in
 *   `integrations` or people's own by `auth.providers`.
 * - Accounts on a Gitea: with `auth.providers.gitea`.
 * - Kubernetes: with a way to find clusters in `kubernetes.clusterLocatorMethods`.
 */
export const configuredFeatures = createBackendFeatureLoader({
  deps: { config: coreServices.rootConfig },
  *loader({ config }) {
    if (hostsWithCredentials(config, 'gitea').length > 0) {
      yield import('@backstage/plugin-scaffolder-backend-module-gitea');
    }
    if (hostsWithCredentials(config, 'github').length > 0) {
      yield import('@backstage/plugin-scaffolder-backend-module-github');
    }
    if (hostsWithCredentials(config, 'gitlab').length > 0) {
      yield import('@backstage/plugin-scaffolder-backend-module-gitlab');
    }
    if (config.has('auth.providers.gitea')) {
      yield import('./auth/giteaAuthModule');
    }
    if (
      config.getOptionalConfigArray('kubernetes.clusterLocatorMethods')?.length
    ) {
      yield import('@backstage/plugin-kubernetes-backend');
    }
  },
});
