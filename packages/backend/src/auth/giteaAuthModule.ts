import { createBackendModule } from '@backstage/backend-plugin-api';
import { oauth2Authenticator } from '@backstage/plugin-auth-backend-module-oauth2-provider';
import {
  authProvidersExtensionPoint,
  createOAuthProviderFactory,
} from '@backstage/plugin-auth-node';

/**
 * Lets a signed-in person connect their account on the git host, so that what they publish is
 * made with their own rights and under their own name.
 *
 * @remarks
 *
 * Configured at `auth.providers.gitea`. It resolves nobody to a catalog user: it is no way to
 * sign in to the portal.
 */
export default createBackendModule({
  pluginId: 'auth',
  moduleId: 'gitea-provider',
  register(reg) {
    reg.registerInit({
      deps: { providers: authProvidersExtensionPoint },
      async init({ providers }) {
        providers.registerProvider({
          providerId: 'gitea',
          factory: createOAuthProviderFactory({
            authenticator: oauth2Authenticator,
          }),
        });
      },
    });
  },
});
