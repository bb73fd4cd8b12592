import type {
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from 'node:http';
import { Provider, type Configuration, type JWK } from 'oidc-provider';
import type { Pool } from 'pg';
import type { Account } from '../people.ts';
import { createSignIn } from './createSignIn.ts';
import { contentSecurityPolicy, messagePage, signOutPage } from './pages.ts';
import { PostgresAdapter } from './PostgresAdapter.ts';

const DAY = 24 * 60 * 60;

/** A program that signs people in through the provider. All of them are the company's own: nobody is asked for consent. */
export interface IdentityClient {
  id: string;
  /** For people. */
  name: string;
  secret: string;
  redirectUris: string[];
  postLogoutRedirectUris?: string[];
}

/** Options of {@link createIdentityProvider}. */
export interface IdentityProviderOptions {
  /** The address, without a slash at its end. */
  issuer: string;
  clients: IdentityClient[];
  /** Asked for afresh each time: who has been removed can no longer sign in, nor refresh a session. */
  listAccounts: () => Promise<Account[]>;
  /** The one password of all accounts. */
  password: string;
  cookieKey: string;
  signingKey: object;
  pool: Pool;
}

/**
 * Makes an OpenID Connect provider with a sign-in page of its own. The code flow with PKCE is the only one it offers.
 */
export function createIdentityProvider(
  options: IdentityProviderOptions,
): RequestListener {
  const { issuer, clients, listAccounts, pool } = options;
  const { port } = new URL(issuer);
  const findAccount = async (name: string) =>
    (await listAccounts()).find(each => each.name === name);
  const security = contentSecurityPolicy(
    clients.flatMap(each => each.redirectUris.map(uri => new URL(uri).origin)),
  );
  const send = (response: ServerResponse, status: number, body: string) => {
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': security,
      'cache-control': 'no-store',
      // Not "no-referrer": with that, browsers send "Origin: null" with the sign-in form.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  };

  const configuration: Configuration = {
    adapter: model => new PostgresAdapter(pool, model),
    clients: clients.map(client => ({
      client_id: client.id,
      client_name: client.name,
      client_secret: client.secret,
      redirect_uris: client.redirectUris,
      post_logout_redirect_uris: client.postLogoutRedirectUris ?? [],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
    })),
    jwks: { keys: [options.signingKey as JWK] },
    cookies: {
      keys: [options.cookieKey],
      // Cookies know no ports: a second local stack on this machine must not share ours.
      names: {
        session: `slipway_session_${port}`,
        interaction: `slipway_interaction_${port}`,
        resume: `slipway_resume_${port}`,
      },
      long: { httpOnly: true, sameSite: 'lax' },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    pkce: { required: () => true },
    responseTypes: ['code'],
    features: {
      devInteractions: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: async (_ctx, client, token) =>
          token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.set('content-security-policy', security);
          ctx.body = signOutPage(form);
        },
        postLogoutSuccessSource: ctx => {
          ctx.set('content-security-policy', security);
          ctx.body = messagePage(
            'Signed out',
            'You can close this window, or go back to the portal.',
          );
        },
      },
    },
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
    async findAccount(_ctx, name) {
      const account = await findAccount(name);
      return (
        account && {
          accountId: name,
          claims: () => ({
            sub: name,
            name: account.displayName,
            preferred_username: name,
            email: account.email,
            email_verified: true,
            groups: account.groups,
          }),
        }
      );
    },
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      if (!client || !session?.accountId) {
        return undefined;
      }
      const known = session.grantIdFor(client.clientId);
      const found = known && (await provider.Grant.find(known));
      if (found) {
        return found;
      }
      const grant = new provider.Grant({
        clientId: client.clientId,
        accountId: session.accountId,
      });
      grant.addOIDCScope('openid profile email groups');
      await grant.save();
      return grant;
    },
    issueRefreshToken: async (_ctx, client) =>
      client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    // The portal refreshes in several tabs at once: a token that can be used once would sign people out.
    rotateRefreshToken: false,
    ttl: {
      AccessToken: 60 * 60,
      AuthorizationCode: 60,
      IdToken: 60 * 60,
      Interaction: 60 * 60,
      Session: 14 * DAY,
      Grant: 30 * DAY,
      RefreshToken: 30 * DAY,
    },
    renderError(ctx, out) {
      ctx.set('content-security-policy', security);
      ctx.type = 'html';
      ctx.body = messagePage(
        'Sign-in failed',
        `${out.error_description ?? out.error}. Go back to the portal and try again.`,
      );
    },
  };

  const provider = new Provider(issuer, configuration);
  provider.on('server_error', (_ctx, error) => {
    process.stderr.write(`${error.stack}\n`);
  });
  const handleProvider = provider.callback();
  const handleSignIn = createSignIn({
    provider,
    listAccounts,
    password: options.password,
    cookieKey: options.cookieKey,
    origin: issuer,
    send,
  });

  return (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', issuer);
    if (pathname.startsWith('/sign-in/')) {
      handleSignIn(request, response).catch(error => {
        process.stderr.write(`${error.stack}\n`);
        if (!response.headersSent) {
          send(
            response,
            500,
            messagePage('Something went wrong', 'Please try again.'),
          );
        }
      });
      return;
    }
    handleProvider(request, response);
  };
}
