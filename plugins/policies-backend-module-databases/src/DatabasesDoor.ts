import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';

const TIMEOUT_MS = 20_000;

/** The databases plugin's door, with the credentials of the policies plugin. */
export class DatabasesDoor {
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;

  static create(deps: {
    auth: AuthService;
    discovery: DiscoveryService;
  }): DatabasesDoor {
    return new DatabasesDoor(deps);
  }

  private constructor(deps: {
    auth: AuthService;
    discovery: DiscoveryService;
  }) {
    this.#auth = deps.auth;
    this.#discovery = deps.discovery;
  }

  async fetch(path: string): Promise<Response> {
    const [base, { token }] = await Promise.all([
      this.#discovery.getBaseUrl('databases'),
      this.#auth.getPluginRequestToken({
        onBehalfOf: await this.#auth.getOwnServiceCredentials(),
        targetPluginId: 'databases',
      }),
    ]);
    return fetch(`${base}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }
}
