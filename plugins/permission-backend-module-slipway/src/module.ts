import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { policyExtensionPoint } from '@backstage/plugin-permission-node/alpha';
import { readRoles, RoleModel } from '@slipway/plugin-access-common';
import { openPermissionsServiceRef } from './everyone/openPermissions';
import { CurrentPeople } from './people/CurrentPeople';
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
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        logger: coreServices.logger,
        policy: policyExtensionPoint,
        open: openPermissionsServiceRef,
      },
      async init({ auth, catalog, config, logger, policy, open }) {
        const model = RoleModel.create(readRoles(config));
        if (!model.administrators.length) {
          logger.warn(
            'Nobody administers this portal: permission.slipway.administrators is empty',
          );
        }
        const slipway = SlipwayPolicy.create({
          model,
          people: CurrentPeople.create({ auth, catalog, logger }),
        });
        policy.setPolicy(slipway);
        // After the line above, which throws when another policy is installed.
        open.set(permission => slipway.isOpen(permission));
      },
    });
  },
});
