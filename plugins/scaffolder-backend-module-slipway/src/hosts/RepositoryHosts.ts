import type { Config } from '@backstage/config';
import { InputError, NotAllowedError } from '@backstage/errors';
import { ScmIntegrations } from '@backstage/integration';
import { parseRepoUrl } from '@backstage/plugin-scaffolder-node';
import {
  explainOwnerName,
  explainRepositoryName,
} from '@slipway/plugin-scaffolder-common';
import { GiteaHost } from './GiteaHost';
import { GithubHost } from './GithubHost';
import { GitlabHost } from './GitlabHost';
import type { RepositoryHost } from './RepositoryHost';

/** Where a repository is to be, after every check that needs no host. */
export interface RepositoryLocation {
  host: string;
  owner: string;
  repo: string;
  /** The same in upstream's form, in lower case: hosts do not tell case apart. */
  ref: string;
}

/** Opens repositories on the hosts that this portal is integrated with. */
export class RepositoryHosts {
  readonly #config: Config;
  readonly #integrations: ScmIntegrations;
  readonly #requireUser: boolean;
  readonly #owners: string[] | undefined;

  static fromConfig(config: Config): RepositoryHosts {
    return new RepositoryHosts(config);
  }

  private constructor(config: Config) {
    this.#config = config;
    this.#integrations = ScmIntegrations.fromConfig(config);
    this.#requireUser =
      config.getOptionalBoolean('scaffolder.requireScmUserCredentials') ??
      false;
    this.#owners = config.getOptionalStringArray('scaffolder.slipway.owners');
  }

  /**
   * Checks a `repoUrl` of the form.
   * @throws InputError that says what is wrong with it and how to mend it
   */
  locate(repoUrl: string): RepositoryLocation {
    const { host, owner, repo } = parseRepoUrl(repoUrl, this.#integrations);
    const type = this.#integrations.byHost(host)?.type ?? '';
    if (!['gitea', 'github', 'gitlab'].includes(type)) {
      throw new InputError(
        `repoUrl names ${host}, on which this portal cannot create repositories. Choose a host with Gitea, GitHub or GitLab.`,
      );
    }
    const problem =
      explainOwnerName(owner ?? '') ?? explainRepositoryName(repo);
    if (problem) {
      throw new InputError(`repoUrl ${problem}`);
    }
    if (this.#owners && !this.#owners.includes(owner!)) {
      throw new InputError(
        `repoUrl names the owner "${owner}". Repositories are created in ${this.#owners.join(' or ')}: choose one of these.`,
      );
    }
    const query = new URLSearchParams({
      owner: owner!.toLowerCase(),
      repo: repo.toLowerCase(),
    });
    return { host, owner: owner!, repo, ref: `${host}?${query}` };
  }

  /**
   * @param token - the requester's own. Without one the portal's is used, where
   *   `scaffolder.requireScmUserCredentials` does not forbid it.
   */
  async open(
    location: RepositoryLocation,
    token: string | undefined,
  ): Promise<RepositoryHost> {
    const { host, owner, repo } = location;
    if (!token && this.#requireUser) {
      throw new NotAllowedError(
        `This needs your own rights on ${host}, and this run has none of your credentials (a retry does not carry them). Start over and sign in to ${host} when asked.`,
      );
    }
    const common = { config: this.#config, owner, repo };
    const gitea = this.#integrations.gitea.byHost(host);
    if (gitea) {
      return GiteaHost.create({ ...common, integration: gitea.config, token });
    }
    const gitlab = this.#integrations.gitlab.byHost(host);
    if (gitlab) {
      return GitlabHost.create({
        ...common,
        integrations: this.#integrations,
        integration: gitlab.config,
        token,
      });
    }
    const github = this.#integrations.github.byHost(host);
    const used =
      token ??
      (await GithubHost.portalToken(this.#config, `https://${host}/${owner}`));
    if (!github || !used) {
      throw new NotAllowedError(
        `The portal has no credentials for ${host}. Sign in to ${host} when asked, or ask the platform team to configure the integration.`,
      );
    }
    return GithubHost.create({
      ...common,
      integrations: this.#integrations,
      integration: github.config,
      token: used,
    });
  }
}
