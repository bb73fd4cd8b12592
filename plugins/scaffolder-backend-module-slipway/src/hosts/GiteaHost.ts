import { InputError } from '@backstage/errors';
import {
  type GiteaIntegrationConfig,
  getGiteaRequestOptions,
} from '@backstage/integration';
import { z } from 'zod';
import type { StepContext } from '../lib/StepContext';
import { readUses } from './readUses';
import { request } from './request';
import type {
  FoundRepository,
  NewRepository,
  RepositoryHost,
} from './RepositoryHost';

const repositorySchema = z.object({
  description: z.string().nullish(),
  html_url: z.string(),
  clone_url: z.string(),
});

/** A repository on Gitea, or on what speaks its API. */
export class GiteaHost implements RepositoryHost {
  readonly #integration: GiteaIntegrationConfig & { baseUrl: string };
  readonly #owner: string;
  readonly #repo: string;

  /** @param options - `token`: the requester's own, in place of the portal's */
  static create(options: {
    integration: GiteaIntegrationConfig;
    owner: string;
    repo: string;
    token?: string;
  }): GiteaHost {
    return new GiteaHost(options);
  }

  private constructor(options: {
    integration: GiteaIntegrationConfig;
    owner: string;
    repo: string;
    token?: string;
  }) {
    const { integration, token } = options;
    this.#owner = options.owner;
    this.#repo = options.repo;
    this.#integration = {
      ...integration,
      baseUrl: integration.baseUrl ?? `https://${integration.host}`,
      // Gitea takes a token as the password of any user name.
      ...(token && { username: 'oauth2', password: token }),
    };
  }

  get credentials() {
    const { username = '', password = '' } = this.#integration;
    return { username, password };
  }

  async find(): Promise<FoundRepository | undefined> {
    const found = await request(
      repositorySchema,
      'GET',
      this.#apiUrl(),
      this.#headers(),
    );
    return (
      found && {
        description: found.description ?? '',
        url: found.html_url,
        cloneUrl: found.clone_url,
      }
    );
  }

  /**
   * Creates it empty. Upstream's `publish:gitea` would push the files as well, and adds an id of Gerrit's to the message
   * of the commit.
   */
  async create(_ctx: StepContext, wanted: NewRepository): Promise<void> {
    const made = await request(
      repositorySchema,
      'POST',
      `${this.#integration.baseUrl}/api/v1/orgs/${encodeURIComponent(this.#owner)}/repos`,
      this.#headers(),
      {
        name: this.#repo,
        description: wanted.description,
        private: wanted.visibility === 'private',
      },
    );
    if (!made) {
      throw new InputError(
        `repoUrl: there is no organisation ${this.#owner} on ${this.#integration.host} that you may see. Choose another owner, or ask the host's administrators for one.`,
      );
    }
  }

  async remove(): Promise<void> {
    await request(z.unknown(), 'DELETE', this.#apiUrl(), this.#headers());
  }

  async uses(): Promise<string[]> {
    const api = this.#apiUrl();
    return readUses(
      {
        'issues or pull requests': `${api}/issues?state=all&limit=1`,
        // A host without issues may have these.
        'pull requests': `${api}/pulls?state=all&limit=1`,
        releases: `${api}/releases?limit=1`,
        'wiki pages': `${api}/wiki/pages?limit=1`,
      },
      this.#headers(),
    );
  }

  webUrl(): string {
    return `${this.#integration.baseUrl}/${this.#owner}/${this.#repo}`;
  }

  contentsUrl(branch: string): string {
    return `${this.webUrl()}/src/branch/${branch}/`;
  }

  #apiUrl(): string {
    const [owner, repo] = [this.#owner, this.#repo].map(encodeURIComponent);
    return `${this.#integration.baseUrl}/api/v1/repos/${owner}/${repo}`;
  }

  #headers(): Record<string, string> {
    return getGiteaRequestOptions(this.#integration).headers ?? {};
  }
}
