/**
 * What the browser and the template actions share about golden paths.
 *
 * @packageDocumentation
 */
export * from './databaseOrders';
export * from './repositoryNames';
export * from './serviceNames';
