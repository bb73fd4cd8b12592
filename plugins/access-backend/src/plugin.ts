import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import {
  accessPermissions,
  readRoles,
  RoleModel,
} from '@slipway/plugin-access-common';
import { createRouter } from './router';
import { AccessService } from './services/AccessService';
import { HandoverService } from './services/HandoverService';
import { OrphansService } from './services/OrphansService';
import { OtherPlugins } from './services/OtherPlugins';
import { People } from './services/People';
import { readNamed } from './services/readNamed';
import { PermissionDirectory } from './services/PermissionDirectory';
import { RolesService } from './services/RolesService';
import { warnOfProblems } from './services/warnOfProblems';

/**
 * Explains who may do what, by the model by which the policy decides.
 *
 * @public
 */
export const accessPlugin = createBackendPlugin({
  pluginId: 'access',
  register(env) {
    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.rootLifecycle,
        logger: coreServices.logger,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        system: coreServices.rootSystemMetadata,
        userInfo: coreServices.userInfo,
      },
      async init(deps) {
        const configured = readRoles(deps.config);
        const model = RoleModel.create(configured);
        const named = readNamed(deps.config, configured);
        const people = People.create(deps);
        const directory = PermissionDirectory.create(deps);
        const others = OtherPlugins.create(deps);
        const shared = { ...deps, model, people, directory, others, named };
        const roles = RolesService.create(shared);
        deps.permissionsRegistry.addPermissions(accessPermissions);
        deps.httpRouter.use(
          createRouter({
            ...deps,
            access: AccessService.create(shared),
            handover: HandoverService.create(shared),
            orphans: OrphansService.create(shared),
            roles,
          }),
        );
        warnOfProblems({ ...deps, roles });
      },
    });
  },
});
