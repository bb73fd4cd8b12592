import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { ServerPermissionClient } from '@backstage/plugin-permission-node';
import { openPermissionsServiceRef } from './openPermissions';
import { ShortPermissions } from './ShortPermissions';

/**
 * The permissions service that does not ask over HTTP for what Slipway's policy lets everyone read. With another policy, or
 * with the permission plugin in another process, it is upstream's.
 *
 * @public
 */
export const shortPermissionsServiceFactory = createServiceFactory({
  service: coreServices.permissions,
  deps: {
    auth: coreServices.auth,
    config: coreServices.rootConfig,
    discovery: coreServices.discovery,
    open: openPermissionsServiceRef,
  },
  factory({ auth, config, discovery, open }) {
    return ShortPermissions.create({
      auth,
      open,
      permissions: ServerPermissionClient.fromConfig(config, {
        auth,
        discovery,
      }),
    });
  },
});
