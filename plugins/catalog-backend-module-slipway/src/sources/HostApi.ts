import {
  DefaultGithubCredentialsProvider,
  getGiteaRequestOptions,
  getGitLabRequestOptions,
  type ScmIntegrations,
} from '@backstage/integration';
import { z } from 'zod';
import { ask, assertOneOf, parse } from './askHost';
import { readsCodeOnGitea } from './readsCodeOnGitea';

/** What can be asked of a git host about one repository. */
export interface HostApi {
  /** `open` to all who have an account there, or `private`; undefined when the portal's account sees no such repository. */
  visibility(): Promise<'open' | 'private' | undefined>;
  /** Whether whoever has this token may read it. */
  mayReadWith(token: string): Promise<boolean>;
  /** Whether an account may read it; undefined when the host does not tell the portal. */
  mayRead(login: string): Promise<boolean | undefined>;
}

const repositorySchema = z.object({
  private: z.boolean().optional(),
  /** GitHub and GitLab; "internal" is open to all who have an account. */
  visibility: z.string().optional(),
  owner: z.object({ visibility: z.string().optional() }).optional(),
  /** GitLab: who sees the code of a project that they see, `enabled` for all. */
  repository_access_level: z.string().optional(),
});
const permissionSchema = z.object({ permission: z.string() });
const membersSchema = z.array(
  z.object({ username: z.string(), access_level: z.number() }),
);
/** GitLab's Reporter, the least that reads the code of a private project. */
const GITLAB_READS = 20;

/** How one kind of host is asked. */
interface Dialect {
  repositoryUrl: string;
  /** What only those get who may read the code. */
  codeUrl: string;
  /** Whether all who see the repository see its code. */
  showsCode(repository: z.infer<typeof repositorySchema>): boolean;
  permissionUrl(login: string): string;
  saysYes(answer: unknown, login: string): boolean;
  /** Whether somebody of whom the host says yes reads the code; undefined when it does not tell. All do where it is left out. */
  readsCode?(answer: unknown, login: string): Promise<boolean | undefined>;
  portal(): Promise<Record<string, string>>;
  person(token: string): Record<string, string>;
}

/** Opens a repository's host; undefined for kinds of host that cannot be asked. */
export function openHost(
  repository: string,
  integrations: ScmIntegrations,
): HostApi | undefined {
  const dialect = dialectOf(repository, integrations);
  if (!dialect) {
    return undefined;
  }
  const { repositoryUrl } = dialect;
  return {
    async visibility() {
      const { status, body } = await ask(repositoryUrl, await dialect.portal());
      if (status === 404) {
        return undefined;
      }
      assertOneOf([200], status, repositoryUrl);
      const found = parse(repositorySchema, body, repositoryUrl);
      const { private: isPrivate, visibility, owner } = found;
      // Gitea hides what an organisation has, when the organisation is hidden.
      const isOpen =
        (visibility ? visibility !== 'private' : isPrivate === false) &&
        owner?.visibility !== 'private' &&
        dialect.showsCode(found);
      return isOpen ? 'open' : 'private';
    },
    async mayReadWith(token) {
      const { codeUrl } = dialect;
      const { status } = await ask(codeUrl, dialect.person(token));
      assertOneOf([200, 401, 403, 404], status, codeUrl);
      return status === 200;
    },
    async mayRead(login) {
      const url = dialect.permissionUrl(login);
      const { status, body } = await ask(url, await dialect.portal());
      assertOneOf([200, 401, 403, 404], status, url);
      if (status === 404) {
        return false;
      }
      if (status !== 200) {
        return undefined;
      }
      return (
        dialect.saysYes(body, login) &&
        (!dialect.readsCode || dialect.readsCode(body, login))
      );
    },
  };
}

function dialectOf(
  repository: string,
  integrations: ScmIntegrations,
): Dialect | undefined {
  const gitea = integrations.gitea.byUrl(repository)?.config;
  if (gitea) {
    const base = gitea.baseUrl ?? `https://${gitea.host}`;
    const api = `${base}/api/v1`;
    const repositoryUrl = `${api}/repos${repository.slice(base.length)}`;
    const portal = async () => getGiteaRequestOptions(gitea).headers ?? {};
    return {
      ...withCollaborators(repositoryUrl),
      // The repository itself is shown also to those who may read its issues only.
      codeUrl: `${repositoryUrl}/branches?limit=1`,
      readsCode: async (answer, login) =>
        readsCodeOnGitea(answer, login, {
          api,
          repositoryUrl,
          headers: await portal(),
        }),
      portal,
      person: token => ({ authorization: `token ${token}` }),
    };
  }
  const github = integrations.github.byUrl(repository)?.config;
  if (github) {
    const credentials =
      DefaultGithubCredentialsProvider.fromIntegrations(integrations);
    const base = github.apiBaseUrl ?? `https://${github.host}/api/v3`;
    return {
      ...withCollaborators(`${base}/repos${new URL(repository).pathname}`),
      portal: async () =>
        (await credentials.getCredentials({ url: repository })).headers ?? {},
      person: token => ({ authorization: `Bearer ${token}` }),
    };
  }
  const gitlab = integrations.gitlab.byUrl(repository)?.config;
  if (gitlab) {
    const base = gitlab.baseUrl ?? `https://${gitlab.host}`;
    const project = encodeURIComponent(
      repository.slice(base.length).replace(/^\//, ''),
    );
    const api = `${gitlab.apiBaseUrl ?? `${base}/api/v4`}/projects/${project}`;
    return {
      repositoryUrl: api,
      // A guest sees a private project, and not what is in its repository.
      codeUrl: `${api}/repository/tree?per_page=1`,
      showsCode: ({ repository_access_level: level }) => level === 'enabled',
      permissionUrl: login =>
        `${api}/members/all?per_page=100&query=${encodeURIComponent(login)}`,
      saysYes: (answer, login) =>
        parse(membersSchema, answer, api).some(
          each => each.username === login && each.access_level >= GITLAB_READS,
        ),
      portal: async () => getGitLabRequestOptions(gitlab).headers,
      person: token => getGitLabRequestOptions(gitlab, token).headers,
    };
  }
  return undefined;
}

/** Gitea and GitHub, which have the same words for it. */
function withCollaborators(api: string) {
  return {
    repositoryUrl: api,
    codeUrl: api,
    showsCode: () => true,
    permissionUrl: (login: string) =>
      `${api}/collaborators/${encodeURIComponent(login)}/permission`,
    saysYes: (answer: unknown) =>
      parse(permissionSchema, answer, api).permission !== 'none',
  };
}
