/**
 * Passwords of databases in AWS Secrets Manager.
 *
 * @packageDocumentation
 */
export { databasesModuleAwsSecrets as default } from './module';
export { AwsSecretStore } from './AwsSecretStore';
export { createClient } from './createClient';
export { readAwsSecretsConfig, type AwsSecretsConfig } from './config';
