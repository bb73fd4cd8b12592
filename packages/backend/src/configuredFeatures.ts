import {
  coreServices,
  createBackendFeatureLoader,
} from '@backstage/backend-plugin-api';
import { hostsWithCredentials } from '@slipway/plugin-scaffolder-backend-module-slipway';

/**
 * The parts that do nothing until a section of the configuration says with what: they are offered, and loaded, only then.
 *
 * - Accounts on GitHub, GitLab and a Gitea: with `auth.providers`.
 * - Upstream's actions for them: where something can be created there, see {@link hostsWithCredentials}.
 * - Databases on MariaDB, on Redis and on AWS RDS: with a server in `databases.providers.mariadb` or `.redis`, or an account in
 *   `databases.providers.rds`.
 * - Backups in S3: with `s3` in `databases.backups.store`.
 * - Stores of secrets: with their name in `databases.secrets.store` or `.previous`.
 * - Kubernetes: with a way to find clusters in `kubernetes.clusterLocatorMethods`.
 */
export const configuredFeatures = createBackendFeatureLoader({
  deps: { config: coreServices.rootConfig },
  *loader({ config }) {
    if (config.has('auth.providers.gitea')) {
      yield import('./auth/giteaAuthModule');
    }
    if (config.has('auth.providers.github')) {
      yield import('@backstage/plugin-auth-backend-module-github-provider');
    }
    if (config.has('auth.providers.gitlab')) {
      yield import('@backstage/plugin-auth-backend-module-gitlab-provider');
    }
    if (hostsWithCredentials(config, 'gitea').length > 0) {
      yield import('@backstage/plugin-scaffolder-backend-module-gitea');
    }
    if (hostsWithCredentials(config, 'github').length > 0) {
      yield import('@backstage/plugin-scaffolder-backend-module-github');
    }
    if (hostsWithCredentials(config, 'gitlab').length > 0) {
      yield import('@backstage/plugin-scaffolder-backend-module-gitlab');
    }
    if (config.getOptionalConfigArray('databases.providers.mariadb')?.length) {
      yield import('@slipway/plugin-databases-backend-module-mariadb');
    }
    if (config.getOptionalConfigArray('databases.providers.redis')?.length) {
      yield import('@slipway/plugin-databases-backend-module-redis');
    }
    if (config.getOptionalConfigArray('databases.providers.rds')?.length) {
      yield import('@slipway/plugin-databases-backend-module-rds');
    }
    const stores = [
      config.getOptionalString('databases.secrets.store'),
      ...(config.getOptionalStringArray('databases.secrets.previous') ?? []),
    ];
    if (stores.includes('kubernetes')) {
      yield import('@slipway/plugin-databases-backend-module-kubernetes-secrets');
    }
    if (stores.includes('aws')) {
      yield import('@slipway/plugin-databases-backend-module-aws-secrets');
    }
    if (stores.includes('vault')) {
      yield import('@slipway/plugin-databases-backend-module-vault-secrets');
    }
    if (config.getOptionalString('databases.backups.store') === 's3') {
      yield import('@slipway/plugin-databases-backend-module-s3-backups');
    }
    if (
      config.getOptionalConfigArray('kubernetes.clusterLocatorMethods')?.length
    ) {
      yield import('@backstage/plugin-kubernetes-backend');
    }
  },
});
