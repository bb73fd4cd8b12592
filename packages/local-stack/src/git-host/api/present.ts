import { createHash } from 'node:crypto';
import type { Commit, Signature } from '../git/commits.ts';
import type { TreeEntry } from '../git/tree.ts';
import type {
  Permission,
  RepositoryRecord,
} from '../storage/RepositoryRecord.ts';
import type { Group, Organisation, Person } from '../types.ts';

/** A number that stands for a name for ever; people, groups and organisations have no other id. */
export function stableId(kind: string, name: string): number {
  const hash = createHash('sha256').update(`${kind}:${name}`).digest();
  return hash.readUIntBE(0, 6);
}

/** An address on the git host; each part is encoded, slashes inside a part are kept. */
export function address(baseUrl: string, ...parts: string[]): string {
  return [
    baseUrl,
    ...parts.map(part => part.split('/').map(encodeURIComponent).join('/')),
  ].join('/');
}

/** Gitea's `User`. */
export function presentPerson(baseUrl: string, person: Person) {
  return {
    id: stableId('person', person.name),
    login: person.name,
    username: person.name,
    full_name: person.displayName,
    email: person.email,
    avatar_url: '',
    html_url: address(baseUrl, person.name),
    is_admin: false,
    active: true,
  };
}

/** Gitea's `User` for somebody who is only a name: a service account, or a person who has left. */
export function presentName(baseUrl: string, name: string) {
  return {
    id: stableId('person', name),
    login: name,
    username: name,
    full_name: name,
    email: '',
    avatar_url: '',
    html_url: address(baseUrl, name),
    is_admin: false,
    active: true,
  };
}

/** Gitea's `Organization`. */
export function presentOrganisation(organisation: Organisation) {
  return {
    id: stableId('organisation', organisation.name),
    name: organisation.name,
    username: organisation.name,
    full_name: organisation.title,
    description: organisation.description ?? '',
    avatar_url: '',
    visibility: 'public',
    repo_admin_change_team_access: true,
  };
}

/** Gitea's `Team`. */
export function presentTeam(group: Group, permission: Permission | 'none') {
  return {
    id: stableId('group', group.name),
    name: group.name,
    description: group.title,
    permission,
    // Nothing here is shared in parts.
    units_map: { 'repo.code': permission, 'repo.pulls': permission },
  };
}

/** Gitea's `Repository`. */
export function presentRepository(
  baseUrl: string,
  repository: RepositoryRecord,
  details: { permission: Permission | 'none'; empty: boolean },
) {
  const { owner, name } = repository;
  const url = address(baseUrl, owner, name);
  const { permission } = details;
  return {
    id: repository.id,
    owner: presentName(baseUrl, owner),
    name,
    full_name: `${owner}/${name}`,
    description: repository.description,
    empty: details.empty,
    private: repository.private,
    internal: false,
    fork: false,
    template: false,
    mirror: false,
    archived: false,
    url: address(`${baseUrl}/api/v1/repos`, owner, name),
    html_url: url,
    clone_url: `${url}.git`,
    ssh_url: '',
    default_branch: repository.defaultBranch,
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    has_pull_requests: true,
    has_issues: false,
    has_wiki: false,
    permissions: {
      admin: permission === 'admin',
      push: permission === 'admin' || permission === 'write',
      pull: permission !== 'none',
    },
  };
}

/** Gitea's `Commit`. */
export function presentCommit(
  baseUrl: string,
  repository: RepositoryRecord,
  commit: Commit,
) {
  const { owner, name } = repository;
  const api = address(`${baseUrl}/api/v1/repos`, owner, name);
  const signature = ({ name: who, email, date }: Signature) => ({
    name: who,
    email,
    date,
  });
  return {
    sha: commit.sha,
    url: `${api}/git/commits/${commit.sha}`,
    html_url: address(baseUrl, owner, name, 'commit', commit.sha),
    created: commit.committer.date,
    author: null,
    committer: null,
    parents: commit.parents.map(sha => ({
      sha,
      url: `${api}/git/commits/${sha}`,
    })),
    commit: {
      url: `${api}/git/commits/${commit.sha}`,
      author: signature(commit.author),
      committer: signature(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    },
  };
}

/** Gitea's `ContentsResponse`, without the content. */
export function presentEntry(
  baseUrl: string,
  repository: RepositoryRecord,
  entry: TreeEntry,
  ref: string,
) {
  const { owner, name } = repository;
  const api = address(`${baseUrl}/api/v1/repos`, owner, name);
  const query = `?ref=${encodeURIComponent(ref)}`;
  const isFile = entry.type === 'file';
  return {
    name: entry.name,
    path: entry.path,
    sha: entry.sha,
    type: entry.type,
    size: entry.size,
    encoding: null,
    content: null,
    target: null,
    submodule_git_url: null,
    url: `${address(api, 'contents', entry.path)}${query}`,
    git_url: `${api}/git/${isFile ? 'blobs' : 'trees'}/${entry.sha}`,
    html_url: address(baseUrl, owner, name, 'src/branch', ref, entry.path),
    download_url: isFile ? `${address(api, 'raw', entry.path)}${query}` : null,
  };
}
