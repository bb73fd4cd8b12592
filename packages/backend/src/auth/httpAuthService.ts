import { DefaultHttpAuthService } from '@backstage/backend-defaults/httpAuth';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { agentsSignIn, namingAgents } from './agents';

/** The default, except that the credentials of an agent that signed in for a person name both. */
export const httpAuthNamingAgentsServiceFactory = createServiceFactory({
  service: coreServices.httpAuth,
  deps: {
    auth: coreServices.auth,
    config: coreServices.rootConfig,
    discovery: coreServices.discovery,
    plugin: coreServices.pluginMetadata,
  },
  factory: ({ auth, config, discovery, plugin }) =>
    DefaultHttpAuthService.create({
      auth: agentsSignIn(config) ? namingAgents(auth) : auth,
      discovery,
      pluginId: plugin.getId(),
    }),
});
