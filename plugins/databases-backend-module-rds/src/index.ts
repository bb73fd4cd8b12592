/**
 * One AWS RDS instance for each Postgres database.
 *
 * @packageDocumentation
 */
export { databasesModuleRds as default } from './module';
export * from './RdsDatabaseProvider';
export { readRdsProviders, type RdsProviderConfig } from './config';
export {
  endpointOfRds,
  type InstanceEndpoint,
  type ResolveEndpoint,
} from './resolveEndpoint';
