export { findBrowser, type Browser } from './findBrowser.ts';
export { freePorts } from './freePorts.ts';
export {
  launchPortal,
  type LaunchedPortal,
  type LaunchOptions,
  type PortalPorts,
} from './launchPortal.ts';
export {
  startKubernetesApi,
  type TestKubernetesApi,
} from './startKubernetesApi.ts';
export { startMoto, type TestMoto } from './startMoto.ts';
export { startPostgres, type TestPostgres } from './startPostgres.ts';
export {
  SHARED_PORTAL_VARIABLE,
  usePortal,
  type UsedPortal,
} from './usePortal.ts';
