import { NotFoundError } from '@backstage/errors';
import { assertRef } from '../storage/names.ts';
import { runGit } from './runGit.ts';

/** A branch or tag and the commit it points to. */
export interface Ref {
  name: string;
  sha: string;
}

const SHA = /^[0-9a-f]{7,64}$/;

/** Every ref of a repository with its full name, such as `refs/heads/main`. */
export async function listRefs(gitDir: string): Promise<Map<string, string>> {
  const output = await runGit(
    ['for-each-ref', '--format=%(objectname) %(refname)'],
    { gitDir },
  );
  return new Map(
    output
      .toString()
      .split('\n')
      .filter(Boolean)
      .map(line => [line.slice(line.indexOf(' ') + 1), line.split(' ')[0]]),
  );
}

/** The branches by name. */
export async function listBranches(gitDir: string): Promise<Ref[]> {
  return [...(await listRefs(gitDir))]
    .filter(([name]) => name.startsWith('refs/heads/'))
    .map(([name, sha]) => ({ name: name.slice('refs/heads/'.length), sha }));
}

/**
 * The commit that a branch, a tag or a (possibly shortened) hash means, in this order.
 *
 * @throws InputError when it cannot be a ref's name
 * @throws NotFoundError when there is none
 */
export async function resolveCommit(
  gitDir: string,
  ref: string,
): Promise<string> {
  const sha = await findCommit(gitDir, ref);
  if (!sha) {
    throw new NotFoundError(`There is no branch, tag or commit '${ref}'`);
  }
  return sha;
}

/** Like {@link resolveCommit}, but undefined when there is none. */
export async function findCommit(
  gitDir: string,
  ref: string,
): Promise<string | undefined> {
  assertRef(ref);
  const candidates = [
    `refs/heads/${ref}^{commit}`,
    `refs/tags/${ref}^{commit}`,
    ...(SHA.test(ref) ? [`${ref}^{commit}`] : []),
  ];
  const output = await runGit(
    ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
    { gitDir, input: `${candidates.join('\n')}\n` },
  );
  return output
    .toString()
    .split('\n')
    .map(line => /^([0-9a-f]+) commit$/.exec(line)?.[1])
    .find(Boolean);
}

/** The commit of exactly this branch, or undefined. */
export async function findBranch(
  gitDir: string,
  branch: string,
): Promise<string | undefined> {
  assertRef(branch);
  return (await listRefs(gitDir)).get(`refs/heads/${branch}`);
}

/**
 * Moves a ref from one commit to another, and only from that one.
 *
 * @param before - undefined when the ref must not exist yet
 * @throws GitError when it points elsewhere
 */
export async function moveRef(
  gitDir: string,
  ref: string,
  after: string,
  before: string | undefined,
): Promise<void> {
  await runGit(['update-ref', ref, after, before ?? '0'.repeat(after.length)], {
    gitDir,
  });
}
