/**
 * Slipway's part of the software catalog.
 *
 * @packageDocumentation
 */
export { catalogModuleSlipway as default } from './module';
export { catalogModuleUnprocessed } from './locations/unprocessedModule';
export * from './kinds';
