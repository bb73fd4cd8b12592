/**
 * Template actions of Slipway.
 *
 * @packageDocumentation
 */
export { scaffolderModuleSlipway as default } from './module';
