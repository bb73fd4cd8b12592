import { addArchiveRoutes } from './api/archive.ts';
import { addCollaboratorRoutes } from './api/collaborators.ts';
import { addCommitRoutes } from './api/commits.ts';
import { addContentRoutes } from './api/contents.ts';
import { addOrganisationRoutes } from './api/organisations.ts';
import { addPeopleRoutes } from './api/people.ts';
import { addPullRoutes } from './api/pulls.ts';
import { addRepositoryRoutes } from './api/repositories.ts';
import { addGitRoutes, type TransferSettings } from './git/routes.ts';
import { Router } from './http/Router.ts';
import { AuthorizationCodes } from './oauth/authorize.ts';
import type { IdTokens } from './oauth/IdTokens.ts';
import { addOAuthRoutes, type SignInPurpose } from './oauth/routes.ts';
import type { Sessions } from './oauth/Sessions.ts';
import { SignIn } from './oauth/SignIn.ts';
import { addApplicationPages } from './pages/applicationPages.ts';
import { addRepositoryPages } from './pages/repositoryPages.ts';
import { STYLE } from './pages/style.ts';
import type { Services } from './Services.ts';
import type { IdentityProvider, OAuthClient } from './types.ts';

/** The API version that clients are told, for they choose by it what to use. */
const GITEA_VERSION = '1.24.0';

/** All routes; the more particular come first. */
export function createRouter(options: {
  services: Services;
  sessions: Sessions;
  idTokens: IdTokens;
  identityProvider: IdentityProvider;
  oauthClient: OAuthClient;
  transfers: TransferSettings;
}): Router {
  const { idTokens, services, sessions } = options;
  const { baseUrl, directory, grants, logger } = services;
  const router = Router.create();

  router
    .add('api', 'GET', '/api/v1/version', exchange =>
      exchange.json(200, { version: `${GITEA_VERSION}+slipway` }),
    )
    .add('api', 'GET', '/api/healthz', exchange =>
      exchange.json(200, { status: 'pass' }),
    )
    .add('page', 'GET', '/assets/style.css', exchange =>
      exchange.send(200, STYLE, {
        'content-type': 'text/css; charset=utf-8',
        'cache-control': 'max-age=300',
      }),
    );
  addOAuthRoutes(router, {
    baseUrl,
    directory,
    grants,
    idTokens,
    logger,
    sessions,
    client: options.oauthClient,
    codes: AuthorizationCodes.create(),
    signIn: SignIn.create<SignInPurpose>({
      baseUrl,
      directory,
      provider: options.identityProvider,
    }),
  });
  addPeopleRoutes(router, services);
  addOrganisationRoutes(router, services);
  addRepositoryRoutes(router, services);
  addCollaboratorRoutes(router, services);
  addContentRoutes(router, services);
  addCommitRoutes(router, services);
  addArchiveRoutes(router, services);
  addPullRoutes(router, services);
  addApplicationPages(router, services, sessions);
  addGitRoutes(router, services, options.transfers);
  addRepositoryPages(router, services, sessions);
  return router;
}
