import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import { openPermissionsServiceRef } from './everyone/openPermissions';
import { readAdministrators } from './policy/readAdministrators';
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
        const administrators = readAdministrators(config);
        if (!administrators.length) {
          logger.warn(
            'Nobody administers this portal: permission.slipway.administrators is empty',
          );
        }
        policy.setPolicy(SlipwayPolicy.create({ administrators }));
        // After the line above, which throws when another policy is installed.
        open.set(SlipwayPolicy.isForEveryone);
      },
    });
  },
});
