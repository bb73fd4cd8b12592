import { createApiRef } from '@backstage/frontend-plugin-api';
import type {
  Access,
  GivenPermissionsPage,
  Handover,
  Orphans,
  PermissionHolders,
  PermissionsQuery,
  Roles,
} from '@slipway/plugin-access-common';

/**
 * The access service. All methods throw a `ResponseError` when the service refuses.
 *
 * @public
 */
export interface AccessApi {
  /** What the person may do. */
  getMine(query: PermissionsQuery): Promise<Access>;
  /** What a person or a group may do, by their full ref. */
  getOf(ref: string, query: PermissionsQuery): Promise<Access>;
  listPermissions(query: PermissionsQuery): Promise<GivenPermissionsPage>;
  getHolders(permission: string, cursor?: string): Promise<PermissionHolders>;
  listRoles(): Promise<Roles>;
  getHandover(ref: string): Promise<Handover>;
  listOrphans(): Promise<Orphans>;
}

/** @public */
export const accessApiRef = createApiRef<AccessApi>().with({
  id: 'plugin.access.client',
  pluginId: 'access',
});
