/**
 * Slipway's part of the software catalog.
 *
 * @packageDocumentation
 */
export { catalogModuleSlipway as default } from './module';
export * from './kinds';
