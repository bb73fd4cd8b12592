import { httpAuthServiceFactory } from '@backstage/backend-defaults/httpAuth';
import { mockServices } from '@backstage/backend-test-utils';
import permissionPlugin from '@backstage/plugin-permission-backend';
import {
  AuthorizeResult,
  isResourcePermission,
} from '@backstage/plugin-permission-common';
import { allBut } from '@slipway/backend-utils/testUtils';
import {
  databaseCreatePermission,
  RESOURCE_TYPE_DATABASE,
} from '@slipway/plugin-databases-common';
// eslint-disable-next-line @backstage/no-mixed-plugin-imports -- the real counterpart, in tests only
import slipwayPolicy, {
  shortPermissionsServiceFactory,
} from '@slipway/plugin-permission-backend-module-slipway';
// eslint-disable-next-line @backstage/no-relative-monorepo-imports -- for tests, and no part of that package's interface
import { authFactory } from '../../../permission-backend-module-slipway/src/__testUtils__/authFactory';

/** Who may do everything. */
export const ADMINISTRATORS = ['group:default/platform-team'];

/** The real permission plugin with our policy. */
export const realPolicy = [
  authFactory,
  httpAuthServiceFactory,
  permissionPlugin,
  slipwayPolicy,
  shortPermissionsServiceFactory,
];

/** Everything is given, but one. */
export const givingAllBut = (withheld: () => string | undefined) => [
  mockServices.permissions.mock(allBut(withheld)).factory,
];

/** The decisions of the shipped policy: readers read, owners change, administrators do both. */
export function shippedDecisions(people: {
  groupsOf(user: string): string[];
  userOf(credentials: { principal: unknown }): string;
}) {
  const { groupsOf, userOf } = people;
  return [
    mockServices.permissions.mock({
      authorize: async (queries, { credentials }) =>
        queries.map(({ permission }) => ({
          result:
            permission.attributes.action === 'read' ||
            permission.name === databaseCreatePermission.name ||
            permission.name === 'approvals.request.create' ||
            permission.name === 'approvals.request.decide' ||
            groupsOf(userOf(credentials)).some(o => ADMINISTRATORS.includes(o))
              ? AuthorizeResult.ALLOW
              : AuthorizeResult.DENY,
        })),
      authorizeConditional: async (queries, { credentials }) =>
        queries.map(({ permission }) => {
          const owners = groupsOf(userOf(credentials));
          if (
            permission.attributes.action === 'read' ||
            owners.some(o => ADMINISTRATORS.includes(o))
          ) {
            return { result: AuthorizeResult.ALLOW };
          }
          if (!isResourcePermission(permission)) {
            return { result: AuthorizeResult.DENY };
          }
          return {
            result: AuthorizeResult.CONDITIONAL,
            pluginId: 'databases',
            resourceType: RESOURCE_TYPE_DATABASE,
            conditions: {
              rule: 'IS_DATABASE_OWNER',
              resourceType: RESOURCE_TYPE_DATABASE,
              params: { owners },
            },
          };
        }),
    }).factory,
  ];
}
