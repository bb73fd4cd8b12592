/**
 * Who may do what in Slipway.
 *
 * @packageDocumentation
 */
export { permissionModuleSlipway as default } from './module';
export { shortPermissionsServiceFactory } from './everyone/permissionsServiceFactory';
