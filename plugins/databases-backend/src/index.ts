/**
 * The databases service: orders, operations, credentials.
 *
 * @packageDocumentation
 */
export { databasesPlugin as default } from './plugin';
