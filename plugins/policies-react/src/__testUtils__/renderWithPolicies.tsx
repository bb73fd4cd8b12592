import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import type { ReactElement } from 'react';
import { policiesApiRef, type PoliciesApi } from '../api/PoliciesApi';

const NO_STATE = async () => {
  throw new Error('Not asked for in this test');
};

/** Renders for Sam of the team Orders, with the given answers of the service. */
export function renderWithPolicies(
  element: ReactElement,
  api: Partial<PoliciesApi> = {},
) {
  return renderInTestApp(element, {
    apis: [
      [policiesApiRef, { getState: NO_STATE, ...api } as PoliciesApi],
      [
        permissionApiRef,
        { authorize: async () => ({ result: AuthorizeResult.ALLOW }) },
      ],
      mockApis.identity({
        userEntityRef: 'user:default/sam.okafor',
        ownershipEntityRefs: ['group:default/team-orders'],
      }),
    ],
  });
}
