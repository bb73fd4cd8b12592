/**
 * Passwords of databases in Secrets of a Kubernetes namespace.
 *
 * @packageDocumentation
 */
export { databasesModuleKubernetesSecrets as default } from './module';
export { KubernetesSecretStore } from './KubernetesSecretStore';
export { createSecretsApi, type SecretsApi } from './SecretsApi';
export {
  readKubernetesSecretsConfig,
  type KubernetesSecretsConfig,
} from './config';
