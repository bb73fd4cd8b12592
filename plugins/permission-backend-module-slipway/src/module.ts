import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
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
      },
      async init({ config, logger, policy }) {
        const administrators = readAdministrators(config);
        if (!administrators.length) {
          logger.warn(
            'Nobody administers this portal: permission.slipway.administrators is empty',
          );
        }
        policy.setPolicy(SlipwayPolicy.create({ administrators }));
      },
    });
  },
});
