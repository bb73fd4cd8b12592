import type { Config } from '@backstage/config';
import {
  DefaultGithubCredentialsProvider,
  type GithubIntegrationConfig,
  type ScmIntegrationRegistry,
  ScmIntegrations,
} from '@backstage/integration';
import { createPublishGithubAction } from '@backstage/plugin-scaffolder-backend-module-github';
import { z } from 'zod';
import type { StepContext } from '../lib/StepContext';
import { hasRefs } from './readRefs';
import { readUses } from './readUses';
import { request } from './request';
import type {
  FoundRepository,
  NewRepository,
  RepositoryHost,
} from './RepositoryHost';
import { runUpstream } from './runUpstream';

const repositorySchema = z.object({
  description: z.string().nullish(),
  html_url: z.string(),
  clone_url: z.string(),
  forks_count: z.number().default(0),
});

/** What a GitHub repository is reached with. */
export interface GithubHostOptions {
  config: Config;
  integrations: ScmIntegrationRegistry;
  integration: GithubIntegrationConfig;
  owner: string;
  repo: string;
  /** The requester's own token, or one of the portal's app. */
  token: string;
}

/** A repository on GitHub or GitHub Enterprise. */
export class GithubHost implements RepositoryHost {
  readonly #options: GithubHostOptions;

  static create(options: GithubHostOptions): GithubHost {
    return new GithubHost(options);
  }

  /** The portal's own token for an organisation, from its app where it has one. */
  static async portalToken(
    config: Config,
    organisationUrl: string,
  ): Promise<string | undefined> {
    const { token } = await DefaultGithubCredentialsProvider.fromIntegrations(
      ScmIntegrations.fromConfig(config),
    ).getCredentials({ url: organisationUrl });
    return token;
  }

  private constructor(options: GithubHostOptions) {
    this.#options = options;
  }

  get credentials() {
    return { username: 'x-access-token', password: this.#options.token };
  }

  async find(): Promise<FoundRepository | undefined> {
    const found = await this.#read();
    return (
      found && {
        description: found.description ?? '',
        url: found.html_url,
        cloneUrl: found.clone_url,
      }
    );
  }

  async create(ctx: StepContext, wanted: NewRepository): Promise<void> {
    const { config, integrations, token } = this.#options;
    await runUpstream(
      createPublishGithubAction({ config, integrations }),
      ctx,
      {
        repoUrl: wanted.repoUrl,
        token,
        description: wanted.description,
        defaultBranch: wanted.defaultBranch,
        repoVisibility: wanted.visibility,
        // An organisation's rulesets protect branches, also of what is old.
        protectDefaultBranch: false,
        gitCommitMessage: wanted.commitMessage,
        gitAuthorName: wanted.author.name,
        gitAuthorEmail: wanted.author.email,
        sourcePath: wanted.sourcePath,
      },
    );
  }

  async remove(): Promise<void> {
    await request(z.unknown(), 'DELETE', this.#apiUrl(), this.#headers());
  }

  async uses(): Promise<string[]> {
    const api = this.#apiUrl();
    const names = await readUses(
      {
        // Pull requests are issues here. Those without issues switched on are found as refs.
        'issues or pull requests': `${api}/issues?state=all&per_page=1`,
        releases: `${api}/releases?per_page=1`,
        forks: `${api}/forks?per_page=1`,
      },
      this.#headers(),
    );
    const found = await this.#read();
    // Private forks go with the repository. Those that the token does not see are counted all the same.
    if (found && found.forks_count > 0 && !names.includes('forks')) {
      names.push('forks');
    }
    // No API tells of a wiki, but it is a repository of its own.
    const wiki = found?.clone_url.replace(/(\.git)?$/, '.wiki.git');
    return wiki && (await hasRefs(wiki, this.credentials))
      ? [...names, 'wiki pages']
      : names;
  }

  #read() {
    return request(repositorySchema, 'GET', this.#apiUrl(), this.#headers());
  }

  webUrl(): string {
    const { integration, owner, repo } = this.#options;
    return `https://${integration.host}/${owner}/${repo}`;
  }

  contentsUrl(branch: string): string {
    return `${this.webUrl()}/blob/${branch}/`;
  }

  #apiUrl(): string {
    const { integration, owner, repo } = this.#options;
    const api = integration.apiBaseUrl ?? `https://${integration.host}/api/v3`;
    return `${api}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}`;
  }

  #headers() {
    return { authorization: `Bearer ${this.#options.token}` };
  }
}
