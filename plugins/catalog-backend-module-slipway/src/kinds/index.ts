export { environmentSpecSchema, type EnvironmentSpec } from './environment';
export { goldenPathSpecSchema, type GoldenPathSpec } from './goldenPath';
export {
  platformConfigurationSpecSchema,
  type PlatformConfigurationSpec,
} from './platformConfiguration';
