/**
 * The role model of Slipway, and what is said about it.
 *
 * @packageDocumentation
 */
export {
  type Access,
  accessSchema,
  type GivenPermission,
  givenPermissionSchema,
  type GivenPermissionsPage,
  givenPermissionsPageSchema,
  type Ground,
  groundSchema,
  type HeldPermission,
  heldPermissionSchema,
  type HeldRole,
  heldRoleSchema,
  type May,
  mayValues,
  type PermissionHolders,
  permissionHoldersSchema,
  type PermissionInfo,
  permissionInfoSchema,
  type PermissionsQuery,
  type Roles,
  roleSchema,
  rolesSchema,
  type RoleView,
} from './api/access';
export {
  type Handover,
  handoverSchema,
  type Orphans,
  orphansSchema,
} from './api/handover';
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
  isForServices,
  type ResourceCondition,
} from './roles/rules';
export { sayWhy } from './roles/sayWhy';
export {
  BUILT_IN_ROLES,
  type BuiltInChange,
  type BuiltInRole,
  type Identity,
  type Role,
  type RolesConfig,
} from './roles/types';
export { PERMISSION_WORDS, type PermissionWords, wordsFor } from './titles';
