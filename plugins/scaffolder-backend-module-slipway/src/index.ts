/**
 * Template actions of Slipway.
 *
 * @packageDocumentation
 */
export { scaffolderModuleSlipway as default } from './module';
export {
  hostsWithCredentials,
  type HostKind,
} from './hosts/hostsWithCredentials';
