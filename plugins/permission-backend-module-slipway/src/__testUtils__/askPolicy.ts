import { mockCredentials } from '@backstage/backend-test-utils';
import {
  AuthorizeResult,
  createPermission,
  type Permission,
  type PermissionAttributes,
} from '@backstage/plugin-permission-common';
import {
  RoleModel,
  type Identity,
  type RolesConfig,
} from '@slipway/plugin-access-common';
import { SlipwayPolicy } from '../policy/SlipwayPolicy';

/** What the catalog knows of everybody here. */
export const known = new Map<string, Identity>();

export const policyOf = (config: Partial<RolesConfig>) =>
  SlipwayPolicy.create({
    people: { identityOf: async ref => known.get(ref) },
    model: RoleModel.create({
      administrators: ['group:default/platform-team', 'user:default/root.user'],
      roles: [],
      changes: [],
      ...config,
    }),
  });
export const policy = policyOf({});

export const identity = (name: string, ...groups: string[]): Identity => ({
  userEntityRef: `user:default/${name}`,
  ownershipEntityRefs: [
    `user:default/${name}`,
    ...groups.map(group => `group:default/${group}`),
  ],
});
export const withToken = (name: string, ...groups: string[]) => ({
  credentials: mockCredentials.user(`user:default/${name}`),
  info: identity(name, ...groups),
});
/** Somebody whose token says what the catalog says. */
export const person = (name: string, ...groups: string[]) => {
  known.set(`user:default/${name}`, identity(name, ...groups));
  return withToken(name, ...groups);
};

export const sam = person('sam.okafor', 'team-orders');
export const nora = person('nora.lind', 'platform-team');
export const root = person('root.user');

export function permission(
  name: string,
  action?: PermissionAttributes['action'],
  resourceType?: string,
): Permission {
  const attributes = action ? { action } : {};
  return resourceType
    ? createPermission({ name, attributes, resourceType })
    : createPermission({ name, attributes });
}

export const ENTITY = 'catalog-entity';
export const TASK = 'scaffolder-task';
export const DATABASE = 'database';

/** What the policy answers about databases of one's own: sam's. */
export const ownDatabase = {
  result: AuthorizeResult.CONDITIONAL,
  pluginId: 'databases',
  resourceType: DATABASE,
  conditions: {
    rule: 'IS_DATABASE_OWNER',
    resourceType: DATABASE,
    params: {
      owners: ['user:default/sam.okafor', 'group:default/team-orders'],
    },
  },
};
export const allowed = { result: AuthorizeResult.ALLOW };
export const denied = { result: AuthorizeResult.DENY };
