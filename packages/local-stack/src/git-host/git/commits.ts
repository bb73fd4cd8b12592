import { runGit } from './runGit.ts';

/** Somebody's hand in a commit. */
export interface Signature {
  name: string;
  email: string;
  /** ISO 8601 with zone. */
  date: string;
}

/** A commit. */
export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
}

const FORMAT = [
  '%H',
  '%T',
  '%P',
  '%an',
  '%ae',
  '%aI',
  '%cn',
  '%ce',
  '%cI',
  '%B',
].join('%x1f');

/**
 * The history from a commit (or of a range such as `base..head`) back, newest first.
 *
 * @param options - `path` leaves out commits that did not touch it
 */
export async function listCommits(
  gitDir: string,
  range: string,
  options: { path?: string; skip?: number; limit: number },
): Promise<Commit[]> {
  const output = await runGit(
    [
      'log',
      '-z',
      '--no-show-signature',
      `--format=${FORMAT}`,
      `--max-count=${options.limit}`,
      `--skip=${options.skip ?? 0}`,
      range,
      '--',
      ...(options.path ? [options.path] : []),
    ],
    { gitDir },
  );
  return output.toString().split('\0').filter(Boolean).map(parseCommit);
}

/** How many commits {@link listCommits} would list without a limit. */
export async function countCommits(
  gitDir: string,
  range: string,
  path?: string,
): Promise<number> {
  const output = await runGit(
    ['rev-list', '--count', range, '--', ...(path ? [path] : [])],
    { gitDir },
  );
  return Number(output.toString().trim());
}

/** One commit by its full hash. */
export async function readCommit(gitDir: string, sha: string): Promise<Commit> {
  const [commit] = await listCommits(gitDir, sha, { limit: 1 });
  return commit;
}

/** Whether everything in `ancestor` is also in `descendant`. */
export async function isAncestor(
  gitDir: string,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  return (await countCommits(gitDir, `${descendant}..${ancestor}`)) === 0;
}

function parseCommit(text: string): Commit {
  const [sha, tree, parents, an, ae, ad, cn, ce, cd, ...message] =
    text.split('\x1f');
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae, date: ad },
    committer: { name: cn, email: ce, date: cd },
    message: message.join('\x1f').trimEnd(),
  };
}
