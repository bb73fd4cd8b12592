/**
 * Logical databases on a shared Postgres server.
 *
 * @packageDocumentation
 */
export { databasesModulePostgres as default } from './module';
export * from './bootstrapServer';
export * from './PostgresDatabaseProvider';
export { LoginRefusedError } from './errors';
export { readPostgresProviders } from './config';
export type { PostgresProviderConfig } from './config';
export { scramVerifier } from './scram';
export { tenantNames, type TenantNames } from './identifiers';
export { provisionSteps } from './operations/steps';
export { findTools, type PostgresTools } from './tools/findTools';
