import { httpAuthServiceFactory } from '@backstage/backend-defaults/httpAuth';
import { mockServices } from '@backstage/backend-test-utils';
import permissionPlugin from '@backstage/plugin-permission-backend';
import slipwayPolicy from '@slipway/plugin-permission-backend-module-slipway';
// eslint-disable-next-line @backstage/no-relative-monorepo-imports -- for tests, and no part of that package's interface
import { authFactory } from '../../../permission-backend-module-slipway/src/__testUtils__/authFactory';

/** Who belongs where; nora administers. */
const GROUPS: Record<string, string[]> = {
  'user:default/sam': ['group:default/team-orders'],
  'user:default/ines': ['group:default/team-payments'],
  'user:default/nora': ['group:default/platform-team'],
};

/** Those people, as the catalog has to know them before they may change anything. */
export const peopleFile = Object.entries(GROUPS)
  .map(([ref, memberOf]) =>
    JSON.stringify({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { name: ref.split('/')[1] },
      spec: { memberOf },
    }),
  )
  .join('\n---\n');

/** The configuration that {@link permissionFeatures} want. */
export const permissionConfig = {
  enabled: true,
  slipway: { administrators: ['platform-team'] },
};

/** The real permission plugin with our policy, asked by people who are signed in. */
export const permissionFeatures = [
  authFactory,
  httpAuthServiceFactory,
  mockServices.userInfo.mock({
    getUserInfo: async ({ principal }) => {
      const { userEntityRef } = principal as { userEntityRef: string };
      return {
        userEntityRef,
        ownershipEntityRefs: [userEntityRef, ...(GROUPS[userEntityRef] ?? [])],
      };
    },
  }).factory,
  permissionPlugin,
  slipwayPolicy,
];
