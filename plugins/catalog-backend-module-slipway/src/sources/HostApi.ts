import { ServiceUnavailableError } from '@backstage/errors';
import {
  DefaultGithubCredentialsProvider,
  getGiteaRequestOptions,
  getGitLabRequestOptions,
  type ScmIntegrations,
} from '@backstage/integration';
import { z } from 'zod';

const TIMEOUT_MS = 10_000;

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
      return status === 200 ? dialect.saysYes(body, login) : undefined;
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
    const api = `${base}/api/v1/repos${repository.slice(base.length)}`;
    return {
      ...withCollaborators(api),
      portal: async () => getGiteaRequestOptions(gitea).headers ?? {},
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
        `${api}/members/all?query=${encodeURIComponent(login)}`,
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

/** Any other answer says nothing about rights: a host that is busy must not open a door. */
function assertOneOf(known: number[], status: number, url: string): void {
  if (!known.includes(status)) {
    throw new ServiceUnavailableError(
      `The git host ${new URL(url).host} answered ${status}, so it is not known who may read there. Try again later.`,
    );
  }
}

async function ask(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: unknown }> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // A renamed repository is another repository.
      redirect: 'manual',
    });
  } catch (error) {
    throw new ServiceUnavailableError(
      `The git host ${new URL(url).host} does not answer. Try again when it does.`,
      error,
    );
  }
  const text = await response.text();
  try {
    return {
      status: response.status,
      body: response.status === 200 ? JSON.parse(text) : undefined,
    };
  } catch {
    throw notUnderstood(url);
  }
}

function parse<T>(schema: z.ZodType<T>, body: unknown, url: string): T {
  const result = schema.safeParse(body);
  if (!result.success) {
    throw notUnderstood(url);
  }
  return result.data;
}

/** As when a proxy answers with a page of its own. What it says is not repeated. */
function notUnderstood(url: string): ServiceUnavailableError {
  return new ServiceUnavailableError(
    `The git host ${new URL(url).host} gave an answer that is not of its API, so it is not known who may read there. Check its address under integrations, and what stands before it.`,
  );
}
