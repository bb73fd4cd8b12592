import { AuthenticationError } from '@backstage/errors';
import type { ServiceAccount } from '../types.ts';
import type { DirectoryLookup } from './DirectoryLookup.ts';
import type { Identity } from './Identity.ts';
import type { Scope } from './scopes.ts';
import { sameSecret } from './secrets.ts';
import type { TokenStore } from './TokenStore.ts';

/** Finds whom an OAuth access token acts for; undefined when it is unknown or expired. */
export type AccessTokenLookup = (
  token: string,
) => { person: string; scopes: readonly Scope[] } | undefined;

const WRONG = 'The user name, password or token is wrong, expired or revoked';
/** User names that git clients send beside a token when they do not know the person's. */
const ANY_USER = new Set(['', 'oauth2', 'x-access-token', 'x-oauth-basic']);

/** Turns an Authorization header into an {@link Identity}. */
export class Authenticator {
  readonly #tokens: TokenStore;
  readonly #accessTokens: AccessTokenLookup;
  readonly #directory: DirectoryLookup;
  readonly #accounts: ServiceAccount[];

  private constructor(options: {
    tokens: TokenStore;
    accessTokens: AccessTokenLookup;
    directory: DirectoryLookup;
    accounts: ServiceAccount[];
  }) {
    this.#tokens = options.tokens;
    this.#accessTokens = options.accessTokens;
    this.#directory = options.directory;
    this.#accounts = options.accounts;
  }

  static create(options: {
    tokens: TokenStore;
    accessTokens: AccessTokenLookup;
    directory: DirectoryLookup;
    accounts: ServiceAccount[];
  }): Authenticator {
    return new Authenticator(options);
  }

  /**
   * @throws AuthenticationError when credentials were sent and are not right: never falls back to anonymous
   */
  async authenticate(header: string | undefined): Promise<Identity> {
    if (!header) {
      return { kind: 'anonymous' };
    }
    const [, scheme, value] = /^(\S+)\s+(\S+)\s*$/.exec(header) ?? [];
    switch (scheme?.toLowerCase()) {
      case 'bearer':
      case 'token':
        return this.#byToken(value);
      case 'basic':
        return this.#byBasic(Buffer.from(value, 'base64').toString());
      default:
        throw new AuthenticationError(
          'The Authorization header must be Basic, Bearer or token',
        );
    }
  }

  async #byBasic(credentials: string): Promise<Identity> {
    const colon = credentials.indexOf(':');
    const user = colon < 0 ? credentials : credentials.slice(0, colon);
    const password = colon < 0 ? '' : credentials.slice(colon + 1);

    const account = this.#accounts.find(a => a.name === user);
    if (account) {
      if (!sameSecret(account.password, password)) {
        throw new AuthenticationError(WRONG);
      }
      return { kind: 'service', account };
    }
    // Gitea also takes the token in the place of the user name.
    if (password === '' || password === 'x-oauth-basic') {
      return this.#byToken(user);
    }
    const identity = await this.#byToken(password);
    const owner = identity.kind === 'person' ? identity.person.name : '';
    if (!ANY_USER.has(user) && user.toLowerCase() !== owner.toLowerCase()) {
      throw new AuthenticationError(WRONG);
    }
    return identity;
  }

  async #byToken(secret: string): Promise<Identity> {
    const personal = this.#tokens.findBySecret(secret);
    const found = personal ?? this.#accessTokens(secret);
    const person = found && (await this.#directory.person(found.person));
    if (!found || !person) {
      throw new AuthenticationError(WRONG);
    }
    return {
      kind: 'person',
      person,
      via: personal ? 'token' : 'oauth',
      scopes: found.scopes,
    };
  }
}
