/**
 * Databases on a shared MariaDB server.
 *
 * @packageDocumentation
 */
export {
  bootstrapServer,
  NEIGHBOUR_DATABASE,
  type BootstrapServerOptions,
} from './bootstrapServer';
export { type MariaDbProviderConfig } from './config';
export { MariaDbDatabaseProvider } from './MariaDbDatabaseProvider';
export { databasesModuleMariaDb as default } from './module';
