import git from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import type { GitCredentials } from './RepositoryHost';

/**
 * The commit at the tip of each branch, by git's own protocol: the same on every
 * host.
 */
export async function readBranches(
  cloneUrl: string,
  credentials: GitCredentials,
): Promise<Map<string, string>> {
  const refs = await git.listServerRefs({
    http,
    url: cloneUrl,
    prefix: 'refs/heads/',
    onAuth: () => credentials,
    // Without this, wrong credentials would be offered again and again.
    onAuthFailure: () => ({ cancel: true }),
  });
  return new Map(
    refs.map(({ ref, oid }) => [ref.slice('refs/heads/'.length), oid]),
  );
}
