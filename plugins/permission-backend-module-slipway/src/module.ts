import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import { readRoles, RoleModel } from '@slipway/plugin-access-common';
import { openPermissionsServiceRef } from './everyone/openPermissions';
import { SlipwayPolicy } from './policy/SlipwayPolicy';

/**
 * Installs Slipway's permission policy.
 *
 * @public
 */
export const permissionModuleSlipway = createBackendModule({
  pluginId: 'permission',
  moduleId: 'slipway-policy',
  register(reg) {
    reg.registerInit({
      deps: {
        config: coreServices.rootConfig,
        logger: coreServices.logger,
        policy: policyExtensionPoint,
        open: openPermissionsServiceRef,
      },
      async init({ config, logger, policy, open }) {
        const model = RoleModel.create(readRoles(config));
        if (!model.administrators.length) {
          logger.warn(
            'Nobody administers this portal: permission.slipway.administrators is empty',
          );
        }
        const slipway = SlipwayPolicy.create({ model });
        policy.setPolicy(slipway);
        // After the line above, which throws when another policy is installed.
        open.set(permission => slipway.isForEveryone(permission));
      },
    });
  },
});
