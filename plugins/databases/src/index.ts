/**
 * Databases in the portal: order, watch, connect.
 *
 * @packageDocumentation
 */
export { databasesPlugin as default } from './plugin';
export {
  type DatabaseChange,
  type DatabasesApi,
  databasesApiRef,
} from './api/DatabasesApi';
export { DatabasesClient } from './api/DatabasesClient';
export { priceAMonth } from './shared/words';
