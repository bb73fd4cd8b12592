import { AuthenticationError } from '@backstage/errors';
import { requireScope } from '../access/Access.ts';
import type { Router } from '../http/Router.ts';
import { CALLBACK_PATH, type SignIn } from './SignIn.ts';
import {
  type AuthorizationRequest,
  readAuthorizationRequest,
  withQuery,
} from './authorize.ts';
import { personClaims } from './IdTokens.ts';
import type { Sessions } from './Sessions.ts';
import { handleTokenRequest, type TokenEndpointOptions } from './token.ts';

/** What a person signs in for: a client that wants to act for them, or a page of the git host. */
export type SignInPurpose =
  | { kind: 'authorize'; request: AuthorizationRequest }
  | { kind: 'page'; path: string };

/** Gitea's OAuth 2 endpoints and the sign-in behind them. */
export function addOAuthRoutes(
  router: Router,
  options: TokenEndpointOptions & {
    baseUrl: string;
    signIn: SignIn<SignInPurpose>;
    sessions: Sessions;
  },
): void {
  const { baseUrl, codes, idTokens, sessions, signIn } = options;

  router.add('oauth', 'GET', '/.well-known/openid-configuration', exchange =>
    exchange.json(200, {
      issuer: baseUrl,
      authorization_endpoint: `${baseUrl}/login/oauth/authorize`,
      token_endpoint: `${baseUrl}/login/oauth/access_token`,
      jwks_uri: `${baseUrl}/login/oauth/keys`,
      userinfo_endpoint: `${baseUrl}/login/oauth/userinfo`,
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['public'],
      scopes_supported: ['openid', 'profile', 'email', 'groups'],
      claims_supported: [
        'aud',
        'exp',
        'iat',
        'iss',
        'sub',
        'name',
        'preferred_username',
        'email',
        'email_verified',
        'groups',
      ],
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
      ],
    }),
  );

  router.add('oauth', 'GET', '/login/oauth/keys', exchange =>
    exchange.json(200, { keys: [idTokens.jwk] }),
  );

  // The person is always asked for at the identity provider and never taken from a session here: the portal's
  // person and the one who grants are then the same, though somebody else used this browser before.
  router.add('page', 'GET', '/login/oauth/authorize', async exchange => {
    const request = readAuthorizationRequest(exchange, options.client);
    if ('errorRedirect' in request) {
      exchange.redirect(request.errorRedirect);
      return;
    }
    const browser = sessions.browser(exchange);
    const url = await signIn.begin(browser.id, { kind: 'authorize', request });
    exchange.redirect(url.toString(), { 'set-cookie': browser.cookie });
  });

  router.add('page', 'GET', '/user/login', async exchange => {
    const browser = sessions.browser(exchange);
    const path = localPath(exchange.query('redirect_to'));
    const url = await signIn.begin(browser.id, { kind: 'page', path });
    exchange.redirect(url.toString(), { 'set-cookie': browser.cookie });
  });

  router.add('page', 'GET', CALLBACK_PATH, async exchange => {
    const { person, purpose } = await signIn.finish(
      exchange.url,
      sessions.browserId(exchange),
    );
    if (purpose.kind === 'page') {
      exchange.redirect(purpose.path, {
        'set-cookie': sessions.begin(person.name),
      });
      return;
    }
    const { request } = purpose;
    exchange.redirect(
      withQuery(request.redirectUri, {
        code: codes.issue({ ...request, person: person.name }),
        state: request.state,
      }),
    );
  });

  router.add('oauth', 'POST', '/login/oauth/access_token', exchange =>
    handleTokenRequest(exchange, options),
  );

  router.add('oauth', 'GET', '/login/oauth/userinfo', exchange => {
    const { identity } = exchange;
    if (identity.kind !== 'person' || identity.via === 'session') {
      throw new AuthenticationError('Send an access token');
    }
    requireScope(identity, 'read', 'user');
    exchange.json(200, {
      sub: identity.person.name,
      ...personClaims(identity.person),
    });
  });
}

/** Only a path of this host: an address elsewhere would make the sign-in a springboard. */
function localPath(path: string | undefined): string {
  return path && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) ? path : '/';
}
