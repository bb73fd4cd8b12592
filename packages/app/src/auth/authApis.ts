import { OAuth2 } from '@backstage/core-app-api';
import {
  ApiBlueprint,
  type BackstageIdentityApi,
  configApiRef,
  createApiRef,
  discoveryApiRef,
  oauthRequestApiRef,
  type OAuthApi,
  type ProfileInfoApi,
  type SessionApi,
} from '@backstage/frontend-plugin-api';

/** The company's identity provider, by which people sign in. */
export const companyAuthApiRef = createApiRef<
  ProfileInfoApi & BackstageIdentityApi & SessionApi
>({ id: 'app.company-auth' });

/** A person's own account on the git host. */
export const gitHostAuthApiRef = createApiRef<
  OAuthApi & ProfileInfoApi & SessionApi
>({ id: 'app.git-host-auth' });

const companyAuthApi = ApiBlueprint.make({
  name: 'company-auth',
  params: defineParams =>
    defineParams({
      api: companyAuthApiRef,
      deps: {
        configApi: configApiRef,
        discoveryApi: discoveryApiRef,
        oauthRequestApi: oauthRequestApiRef,
      },
      factory: deps =>
        OAuth2.create({
          ...deps,
          environment: deps.configApi.getOptionalString('auth.environment'),
          provider: { id: 'oidc', title: 'company account', icon: () => null },
          defaultScopes: ['openid', 'profile', 'email'],
        }),
    }),
});

const gitHostAuthApi = ApiBlueprint.make({
  name: 'git-host-auth',
  params: defineParams =>
    defineParams({
      api: gitHostAuthApiRef,
      deps: {
        configApi: configApiRef,
        discoveryApi: discoveryApiRef,
        oauthRequestApi: oauthRequestApiRef,
      },
      factory: deps =>
        OAuth2.create({
          ...deps,
          environment: deps.configApi.getOptionalString('auth.environment'),
          provider: { id: 'gitea', title: 'Git host', icon: () => null },
        }),
    }),
});

/** The accounts that Slipway knows how to ask for. */
export const authApiExtensions = [companyAuthApi, gitHostAuthApi];
