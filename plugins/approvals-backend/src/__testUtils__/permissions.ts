import { mockServices } from '@backstage/backend-test-utils';
import {
  AuthorizeResult,
  isResourcePermission,
} from '@backstage/plugin-permission-common';

/** Who may do everything. */
export const ADMINISTRATORS = ['group:default/admins'];

/** The decisions of the shipped policy. */
export function shippedDecisions(people: {
  userOf(credentials: { principal: unknown }): string | undefined;
  ownershipOf(user: string): string[];
}) {
  const { userOf, ownershipOf } = people;
  const isAdministrator = (user: string) =>
    ownershipOf(user).some(each => ADMINISTRATORS.includes(each));
  return mockServices.permissions.mock({
    authorize: async (queries, { credentials }) =>
      queries.map(({ permission }) => {
        const user = userOf(credentials);
        const isOpen = [
          'approvals.request.decide',
          'approvals.deputy.create',
          'approvals.deputy.end',
          'approvals.deputy.read',
        ].includes(permission.name);
        return {
          result:
            !user || isOpen || isAdministrator(user)
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
        return {
          result: AuthorizeResult.CONDITIONAL,
          pluginId: 'approvals',
          resourceType: 'approval',
          conditions: {
            resourceType: 'approval',
            ...(permission.name === 'approvals.request.read'
              ? {
                  rule: 'IS_APPROVAL_PARTY',
                  params: { parties: ownershipOf(user) },
                }
              : {
                  rule: 'IS_APPROVAL_REQUESTER',
                  params: { requesters: [user] },
                }),
          },
        };
      }),
  }).factory;
}
