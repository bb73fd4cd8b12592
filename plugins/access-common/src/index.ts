/**
 * The role model of Slipway, and what is said about it.
 *
 * @packageDocumentation
 */
export {
  accessHandoverReadPermission,
  accessPeopleReadPermission,
  accessPermissions,
  accessSelfReadPermission,
} from './permissions';
export { readAdministrators } from './roles/readAdministrators';
export { readRoles } from './roles/readRoles';
export { type Grant, RoleModel, type RoleProblem } from './roles/RoleModel';
export {
  AUDIENCES,
  type Audience,
  audienceOf,
  type Comparison,
  conditionOn,
  type ResourceCondition,
} from './roles/rules';
export {
  BUILT_IN_ROLES,
  type BuiltInChange,
  type BuiltInRole,
  type Identity,
  type Role,
  type RolesConfig,
} from './roles/types';
