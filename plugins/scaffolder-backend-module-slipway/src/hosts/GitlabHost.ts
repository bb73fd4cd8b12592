import type { Config } from '@backstage/config';
import type {
  GitLabIntegrationConfig,
  ScmIntegrationRegistry,
} from '@backstage/integration';
import { createPublishGitlabAction } from '@backstage/plugin-scaffolder-backend-module-gitlab';
import { z } from 'zod';
import type { StepContext } from '../lib/StepContext';
import { readUses } from './readUses';
import { request } from './request';
import type {
  FoundRepository,
  NewRepository,
  RepositoryHost,
} from './RepositoryHost';
import { runUpstream } from './runUpstream';

const projectSchema = z.object({
  description: z.string().nullish(),
  web_url: z.string(),
  http_url_to_repo: z.string(),
});

/** What a GitLab project is reached with. */
export interface GitlabHostOptions {
  config: Config;
  integrations: ScmIntegrationRegistry;
  integration: GitLabIntegrationConfig;
  /** A group with its parents, or a person. */
  owner: string;
  repo: string;
  /** The requester's own; without it upstream takes the portal's. */
  token?: string;
}

/** A project on GitLab. */
export class GitlabHost implements RepositoryHost {
  readonly #options: GitlabHostOptions;

  static create(options: GitlabHostOptions): GitlabHost {
    return new GitlabHost(options);
  }

  private constructor(options: GitlabHostOptions) {
    this.#options = options;
  }

  get credentials() {
    const { token, integration } = this.#options;
    return { username: 'oauth2', password: token ?? integration.token ?? '' };
  }

  async find(): Promise<FoundRepository | undefined> {
    const found = await request(
      projectSchema,
      'GET',
      this.#apiUrl(),
      this.#headers(),
    );
    return (
      found && {
        description: found.description ?? '',
        url: found.web_url,
        cloneUrl: found.http_url_to_repo,
      }
    );
  }

  async create(ctx: StepContext, wanted: NewRepository): Promise<void> {
    const { config, integrations, token } = this.#options;
    await runUpstream(
      createPublishGitlabAction({ config, integrations }),
      ctx,
      {
        repoUrl: wanted.repoUrl,
        ...(token && { token }),
        defaultBranch: wanted.defaultBranch,
        settings: {
          description: wanted.description,
          visibility: wanted.visibility,
        },
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
    return readUses(
      {
        issues: `${api}/issues?scope=all&per_page=1`,
        'merge requests': `${api}/merge_requests?scope=all&state=all&per_page=1`,
        releases: `${api}/releases?per_page=1`,
        'wiki pages': `${api}/wikis?per_page=1`,
      },
      this.#headers(),
    );
  }

  webUrl(): string {
    const { integration, owner, repo } = this.#options;
    return `${integration.baseUrl}/${owner}/${repo}`;
  }

  contentsUrl(branch: string): string {
    return `${this.webUrl()}/-/blob/${branch}/`;
  }

  #apiUrl(): string {
    const { integration, owner, repo } = this.#options;
    return `${integration.apiBaseUrl}/projects/${encodeURIComponent(`${owner}/${repo}`)}`;
  }

  #headers() {
    return { authorization: `Bearer ${this.credentials.password}` };
  }
}
