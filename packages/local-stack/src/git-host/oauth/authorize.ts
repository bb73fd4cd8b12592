import { InputError } from '@backstage/errors';
import { generateToken, hashSecret } from '../access/secrets.ts';
import type { Exchange } from '../http/Exchange.ts';
import type { OAuthClient } from '../types.ts';
import { ExpiringMap } from './ExpiringMap.ts';

/** A request of a client to act for a person, checked. */
export interface AuthorizationRequest {
  client: string;
  redirectUri: string;
  state?: string;
  nonce?: string;
  openid: boolean;
  challenge?: string;
}

/** What an authorization code stands for. */
export interface AuthorizedCode extends AuthorizationRequest {
  person: string;
}

/** Authorization codes: one minute, one use. */
export class AuthorizationCodes {
  readonly #codes = ExpiringMap.create<AuthorizedCode>({
    ttlMs: 60_000,
    max: 1000,
  });
  /** The grants that spent codes led to, to end them when a code comes again. */
  readonly #spent = ExpiringMap.create<string>({ ttlMs: 600_000, max: 1000 });

  private constructor() {}

  static create(): AuthorizationCodes {
    return new AuthorizationCodes();
  }

  issue(content: AuthorizedCode): string {
    const code = `gta_${generateToken()}`;
    this.#codes.set(hashSecret(code), content);
    return code;
  }

  take(code: string): AuthorizedCode | undefined {
    return this.#codes.take(hashSecret(code));
  }

  remember(code: string, grantId: string): void {
    this.#spent.set(hashSecret(code), grantId);
  }

  /** The grant of a code that was used before. */
  spentOn(code: string): string | undefined {
    return this.#spent.get(hashSecret(code));
  }
}

/**
 * Reads what a client asks for.
 *
 * @returns the request, or where to send the browser with an error for the client
 * @throws InputError when the client or its address is not the configured one: then nobody is sent anywhere
 */
export function readAuthorizationRequest(
  exchange: Exchange,
  client: OAuthClient,
): AuthorizationRequest | { errorRedirect: string } {
  if (exchange.query('client_id') !== client.id) {
    throw new InputError('client_id: no such application is registered');
  }
  const redirectUri = exchange.query('redirect_uri') ?? '';
  if (!client.redirectUris.includes(redirectUri)) {
    throw new InputError(
      'redirect_uri: must be exactly one that the application registered',
    );
  }
  const state = exchange.query('state');
  const fail = (error: string, description: string) => ({
    errorRedirect: withQuery(redirectUri, {
      error,
      error_description: description,
      state,
    }),
  });
  if (exchange.query('response_type') !== 'code') {
    return fail('unsupported_response_type', 'response_type must be code');
  }
  const challenge = exchange.query('code_challenge');
  if (challenge && exchange.query('code_challenge_method') !== 'S256') {
    return fail('invalid_request', 'code_challenge_method must be S256');
  }
  const scopes = (exchange.query('scope') ?? '').split(' ');
  return {
    client: client.id,
    redirectUri,
    state,
    nonce: exchange.query('nonce'),
    openid: scopes.includes('openid'),
    challenge,
  };
}

/** Adds to the query of an address. */
export function withQuery(
  address: string,
  query: Record<string, string | undefined>,
): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.toString();
}
