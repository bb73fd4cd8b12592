import { createHash } from 'node:crypto';
import type { DirectoryLookup } from '../access/DirectoryLookup.ts';
import { OAUTH_SCOPES } from '../access/scopes.ts';
import { sameSecret } from '../access/secrets.ts';
import type { Exchange } from '../http/Exchange.ts';
import type { GitHostLogger, OAuthClient } from '../types.ts';
import type { AuthorizationCodes } from './authorize.ts';
import {
  ACCESS_TOKEN_SECONDS,
  type GrantStore,
  type IssuedTokens,
} from './GrantStore.ts';
import type { IdTokens } from './IdTokens.ts';

/** What the token endpoint works with. */
export interface TokenEndpointOptions {
  client: OAuthClient;
  codes: AuthorizationCodes;
  grants: GrantStore;
  directory: DirectoryLookup;
  idTokens: IdTokens;
  logger: GitHostLogger;
}

class OAuthError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, description: string, status = 400) {
    super(description);
    this.code = code;
    this.status = status;
  }
}

/** Exchanges an authorization code or a refresh token for tokens (RFC 6749). */
export async function handleTokenRequest(
  exchange: Exchange,
  options: TokenEndpointOptions,
): Promise<void> {
  const headers = { 'cache-control': 'no-store' };
  try {
    const form = await readParameters(exchange);
    authenticateClient(exchange, form, options.client);
    const { issued, nonce } = await issue(form, options);
    const { grant } = issued;
    const person = await options.directory.person(grant.person);
    if (!person) {
      await options.grants.revoke(grant.id);
      throw new OAuthError('invalid_grant', 'The person has left');
    }
    exchange.json(
      200,
      {
        access_token: issued.accessToken,
        token_type: 'bearer',
        expires_in: ACCESS_TOKEN_SECONDS,
        refresh_token: issued.refreshToken,
        // What the client asked for is no matter: it gets what it may have.
        scope: [...(grant.openid ? ['openid'] : []), ...grant.scopes].join(' '),
        ...(grant.openid && {
          id_token: await options.idTokens.sign({
            person,
            client: grant.client,
            nonce,
            seconds: ACCESS_TOKEN_SECONDS,
          }),
        }),
      },
      headers,
    );
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    exchange.json(
      error.status,
      { error: error.code, error_description: error.message },
      error.status === 401
        ? { ...headers, 'www-authenticate': 'Basic realm="Git host"' }
        : headers,
    );
  }
}

async function issue(
  form: URLSearchParams,
  options: TokenEndpointOptions,
): Promise<{ issued: IssuedTokens; nonce?: string }> {
  const { client, codes, grants, logger } = options;
  if (form.get('grant_type') === 'refresh_token') {
    const issued = await grants.refresh(
      client.id,
      form.get('refresh_token') ?? '',
    );
    if (!issued) {
      throw new OAuthError(
        'invalid_grant',
        'The refresh token is wrong, expired or used already',
      );
    }
    return { issued };
  }
  if (form.get('grant_type') !== 'authorization_code') {
    throw new OAuthError(
      'unsupported_grant_type',
      'grant_type must be authorization_code or refresh_token',
    );
  }
  const code = form.get('code') ?? '';
  const content = codes.take(code);
  if (!content) {
    const grant = codes.spentOn(code);
    if (grant) await grants.revoke(grant);
    throw new OAuthError('invalid_grant', 'The code is wrong, expired or used');
  }
  if (content.redirectUri !== form.get('redirect_uri')) {
    throw new OAuthError('invalid_grant', 'redirect_uri is another one');
  }
  const verifier = form.get('code_verifier') ?? '';
  const hash = createHash('sha256').update(verifier).digest('base64url');
  if (content.challenge && content.challenge !== hash) {
    throw new OAuthError('invalid_grant', 'code_verifier does not fit');
  }
  const issued = await grants.create({
    client: client.id,
    person: content.person,
    scopes: [...OAUTH_SCOPES],
    openid: content.openid,
  });
  codes.remember(code, issued.grant.id);
  logger.info('Gave an application leave to act for a person', {
    client: client.id,
    actor: content.person,
  });
  return { issued, nonce: content.nonce };
}

async function readParameters(exchange: Exchange): Promise<URLSearchParams> {
  const type = exchange.request.headers['content-type'] ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) {
    throw new OAuthError(
      'invalid_request',
      'The body must be application/x-www-form-urlencoded',
    );
  }
  return exchange.readForm();
}

/** By HTTP Basic or in the body, as either is common. */
function authenticateClient(
  exchange: Exchange,
  form: URLSearchParams,
  client: OAuthClient,
): void {
  let id = form.get('client_id') ?? '';
  let secret = form.get('client_secret') ?? '';
  const basic = /^basic\s+(\S+)$/i.exec(
    exchange.request.headers.authorization ?? '',
  );
  if (basic) {
    const [user, ...rest] = Buffer.from(basic[1], 'base64')
      .toString()
      .split(':');
    id = formDecode(user);
    secret = formDecode(rest.join(':'));
  }
  if (id !== client.id || !sameSecret(secret, client.secret)) {
    throw new OAuthError('invalid_client', 'Wrong client credentials', 401);
  }
}

/** RFC 6749 has the parts of Basic form-encoded; what is not valid encoding was sent as it is. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
}
