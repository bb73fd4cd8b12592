/**
 * Databases on a shared Redis server.
 *
 * @packageDocumentation
 */
export {
  bootstrapServer,
  NEIGHBOUR_KEY,
  type AdminConnection,
  type BootstrapServerOptions,
} from './bootstrapServer';
export { type RedisProviderConfig } from './config';
export { RedisDatabaseProvider } from './RedisDatabaseProvider';
export { databasesModuleRedis as default } from './module';
