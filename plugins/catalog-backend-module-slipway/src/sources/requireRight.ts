import type {
  HttpAuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  type BasicPermission,
} from '@backstage/plugin-permission-common';
import type { Request } from 'express';

/**
 * Stands first before a route that reads addresses for somebody: what is wrong with a request, and whether there is such an
 * address, is nothing for who may not do this.
 */
export function requireRight(
  deps: { httpAuth: HttpAuthService; permissions: PermissionsService },
  permission: BasicPermission,
) {
  return async (request: Request): Promise<'next'> => {
    const credentials = await deps.httpAuth.credentials(request);
    const [{ result }] = await deps.permissions.authorize([{ permission }], {
      credentials,
    });
    if (result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        'You may not register or look at addresses for the catalog.',
      );
    }
    return 'next';
  };
}
