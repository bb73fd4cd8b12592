/**
 * What the tests of our backend plugins share.
 *
 * @packageDocumentation
 */
export {
  allBut,
  findUnasked,
  type Route,
  routesOf,
} from './testUtils/routePermissions';
export { waitFor } from './testUtils/waitFor';
