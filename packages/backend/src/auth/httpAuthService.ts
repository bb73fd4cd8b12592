import { DefaultHttpAuthService } from '@backstage/backend-defaults/httpAuth';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { agentsSignIn, namingAgents } from './agents';
import { refusingAgents } from './refusingAgents';

/** Where a person lets a program act for them. */
const SIGN_IN = 'auth';

/** The default, except that the credentials of an agent that signed in for a person name both, and that an agent lets in no other. */
export const httpAuthNamingAgentsServiceFactory = createServiceFactory({
  service: coreServices.httpAuth,
  deps: {
    auth: coreServices.auth,
    config: coreServices.rootConfig,
    discovery: coreServices.discovery,
    plugin: coreServices.pluginMetadata,
  },
  factory: ({ auth, config, discovery, plugin }) => {
    const pluginId = plugin.getId();
    if (!agentsSignIn(config)) {
      return DefaultHttpAuthService.create({ auth, discovery, pluginId });
    }
    const named = DefaultHttpAuthService.create({
      auth: namingAgents(auth),
      discovery,
      pluginId,
    });
    return pluginId === SIGN_IN ? refusingAgents(named) : named;
  },
});
