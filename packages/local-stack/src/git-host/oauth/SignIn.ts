import { AuthenticationError, NotAllowedError } from '@backstage/errors';
import * as oidc from 'openid-client';
import type { DirectoryLookup } from '../access/DirectoryLookup.ts';
import { generateToken, sameSecret } from '../access/secrets.ts';
import type { IdentityProvider, Person } from '../types.ts';
import { ExpiringMap } from './ExpiringMap.ts';

/** The path that the identity provider sends people back to. */
export const CALLBACK_PATH = '/user/oauth2/company/callback';

interface Pending<T> {
  verifier: string;
  nonce: string;
  /** The browser that began, so that nobody can be signed in as another by a link. */
  browser: string;
  purpose: T;
}

/**
 * Sends people to the company's identity provider and learns who came back: authorization code with PKCE.
 *
 * `T` is what the sign-in was for.
 */
export class SignIn<T> {
  readonly #provider: IdentityProvider;
  readonly #callback: string;
  readonly #directory: DirectoryLookup;
  readonly #pending = ExpiringMap.create<Pending<T>>({
    ttlMs: 10 * 60_000,
    max: 1000,
  });
  #configuration: oidc.Configuration | undefined;

  private constructor(
    provider: IdentityProvider,
    callback: string,
    directory: DirectoryLookup,
  ) {
    this.#provider = provider;
    this.#callback = callback;
    this.#directory = directory;
  }

  static create<T>(options: {
    provider: IdentityProvider;
    baseUrl: string;
    directory: DirectoryLookup;
  }): SignIn<T> {
    return new SignIn(
      options.provider,
      `${options.baseUrl}${CALLBACK_PATH}`,
      options.directory,
    );
  }

  /** Where to send the browser. */
  async begin(browser: string, purpose: T): Promise<URL> {
    const configuration = await this.#discover();
    const verifier = oidc.randomPKCECodeVerifier();
    const state = generateToken();
    const nonce = generateToken();
    this.#pending.set(state, { verifier, nonce, browser, purpose });
    return oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#callback,
      scope: 'openid profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
  }

  /**
   * Learns who came back.
   *
   * @throws AuthenticationError when this is not the answer to a sign-in of this browser
   * @throws NotAllowedError when the identity provider knows them, but the company does not
   */
  async finish(
    url: URL,
    browser: string | undefined,
  ): Promise<{ person: Person; purpose: T }> {
    const state = url.searchParams.get('state') ?? '';
    const pending = this.#pending.take(state);
    if (!pending || !browser || !sameSecret(pending.browser, browser)) {
      throw new AuthenticationError(
        'This sign-in has expired or began in another browser: please start again',
      );
    }
    const email = await this.#exchange(url, state, pending);
    const person = await this.#directory.personByEmail(email);
    if (!person) {
      throw new NotAllowedError(
        `${email} signed in, but is not known to the company: ask the platform team to add you`,
      );
    }
    return { person, purpose: pending.purpose };
  }

  async #exchange(
    url: URL,
    state: string,
    pending: Pending<T>,
  ): Promise<string> {
    const configuration = await this.#discover();
    const answer = new URL(this.#callback);
    answer.search = url.search;
    try {
      const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
        pkceCodeVerifier: pending.verifier,
        expectedState: state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const email =
        claims?.email ??
        (await oidc
          .fetchUserInfo(configuration, tokens.access_token, claims?.sub ?? '')
          .then(info => info.email));
      if (typeof email === 'string' && email) {
        return email;
      }
    } catch (error) {
      throw new AuthenticationError(
        'The identity provider did not confirm the sign-in: please start again',
        error,
      );
    }
    throw new AuthenticationError('The identity provider named no e-mail');
  }

  /** Asked when first needed, so that the git host starts without the provider. */
  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#provider;
    this.#configuration ??= await oidc.discovery(
      new URL(issuer),
      clientId,
      clientSecret,
      undefined,
      {
        timeout: 10,
        // Plain HTTP only where the configured provider has nothing else, as on loopback.
        execute: issuer.startsWith('http://')
          ? [oidc.allowInsecureRequests]
          : [],
      },
    );
    return this.#configuration;
  }
}
