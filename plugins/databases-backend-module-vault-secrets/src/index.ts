/**
 * Passwords of databases in the KV version 2 engine of Vault or OpenBao.
 *
 * @packageDocumentation
 */
export { databasesModuleVaultSecrets as default } from './module';
export { VaultSecretStore } from './VaultSecretStore';
export { KvClient } from './KvClient';
export { readVaultSecretsConfig, type VaultSecretsConfig } from './config';
