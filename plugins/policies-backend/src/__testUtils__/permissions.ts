import { mockServices } from '@backstage/backend-test-utils';
import {
  AuthorizeResult,
  isResourcePermission,
} from '@backstage/plugin-permission-common';
import type { JsonObject } from '@backstage/types';
import { ownershipOf, PLATFORM } from './company';

type Decisions = Parameters<typeof mockServices.permissions.mock>[0];

export const userOf = ({ principal }: { principal: unknown }) =>
  (principal as { userEntityRef?: string }).userEntityRef;

const isAdministrator = (user: string) => ownershipOf(user).includes(PLATFORM);

/** The permissions that everybody has in the shipped policy. */
export const openPermissions = () => [
  'policies.policy.read',
  'policies.request.evaluate',
  'policies.violation.read',
  'policies.waiver.read',
  'policies.waiver.create',
  'approvals.request.decide',
];

/**
 * The decisions of the shipped policy.
 *
 * @param open - the permissions that everybody has; one that is taken out is refused from then on
 */
export function shippedDecisions(open: string[]): Decisions {
  return {
    authorize: async (queries, { credentials }) =>
      queries.map(({ permission }) => {
        const user = userOf(credentials);
        return {
          result:
            !user || isAdministrator(user) || open.includes(permission.name)
              ? AuthorizeResult.ALLOW
              : AuthorizeResult.DENY,
        };
      }),
    authorizeConditional: async (queries, { credentials }) =>
      queries.map(({ permission }) => {
        const user = userOf(credentials);
        if (!user || isAdministrator(user)) {
          return { result: AuthorizeResult.ALLOW };
        }
        if (!isResourcePermission(permission)) {
          return { result: AuthorizeResult.DENY };
        }
        const conditions: Record<string, JsonObject> = {
          'policies.waiver.end': {
            rule: 'IS_WAIVER_OWNER',
            params: { owners: ownershipOf(user) },
          },
          'policies.waiver.withdraw': {
            rule: 'IS_WAIVER_REQUESTER',
            params: { requesters: [user] },
          },
          'approvals.request.withdraw': {
            rule: 'IS_APPROVAL_REQUESTER',
            params: { requesters: [user] },
          },
          'approvals.request.read': {
            rule: 'IS_APPROVAL_PARTY',
            params: { parties: ownershipOf(user) },
          },
        };
        const { resourceType } = permission;
        return {
          result: AuthorizeResult.CONDITIONAL,
          pluginId: permission.name.split('.')[0],
          resourceType,
          conditions: {
            resourceType,
            ...conditions[permission.name],
          } as never,
        };
      }),
  };
}
