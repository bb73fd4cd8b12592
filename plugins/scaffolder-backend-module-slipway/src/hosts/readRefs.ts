import { ServiceUnavailableError } from '@backstage/errors';
import git from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import type { GitCredentials } from './RepositoryHost';

/**
 * The commit behind each ref that the host shows, by git's own protocol: the same on every host. Hosts keep a ref for each pull
 * request there, also when it is closed.
 *
 * @param prefix - of the refs that are asked for, such as `refs/heads/`; all when left out
 */
export async function readRefs(
  cloneUrl: string,
  credentials: GitCredentials,
  prefix?: string,
): Promise<Map<string, string>> {
  const refs = await git
    .listServerRefs({
      http,
      url: cloneUrl,
      ...(prefix && { prefix }),
      onAuth: () => credentials,
      // Without this, wrong credentials would be offered again and again.
      onAuthFailure: () => ({ cancel: true }),
    })
    .catch(error => {
      // What git itself says has a code of its own; what is left is that there was no answer, such as "Request timed out".
      if (error.isIsomorphicGitError) throw error;
      throw new ServiceUnavailableError(
        `The git host ${new URL(cloneUrl).host} does not answer. Try again when it does.`,
        error,
      );
    });
  return new Map(refs.map(({ ref, oid }) => [ref, oid]));
}

/** Whether a repository of git is there that holds anything. */
export async function hasRefs(
  cloneUrl: string,
  credentials: GitCredentials,
): Promise<boolean> {
  try {
    return (await readRefs(cloneUrl, credentials)).size > 0;
  } catch (error) {
    if (
      error instanceof git.Errors.HttpError &&
      error.data.statusCode === 404
    ) {
      return false;
    }
    throw error;
  }
}
