import { NotFoundError } from '@backstage/errors';
import { normalizePath } from '../storage/names.ts';
import { runGit } from './runGit.ts';

/** One thing in a folder of a repository. */
export interface TreeEntry {
  path: string;
  name: string;
  type: 'file' | 'dir' | 'symlink' | 'submodule';
  mode: string;
  sha: string;
  /** In bytes; 0 for what is not a file. */
  size: number;
}

/**
 * The file or folder at a path of a commit.
 *
 * @throws NotFoundError when there is nothing
 */
export async function readEntry(
  gitDir: string,
  commit: string,
  path: string,
): Promise<TreeEntry> {
  const clean = normalizePath(path);
  if (clean === '') {
    return {
      path: '',
      name: '',
      type: 'dir',
      mode: '040000',
      sha: `${commit}^{tree}`,
      size: 0,
    };
  }
  const [entry] = parseTree(
    await runGit(
      ['ls-tree', '-z', '--long', '--full-tree', commit, '--', clean],
      { gitDir },
    ),
    '',
  );
  if (!entry) {
    throw new NotFoundError(`There is no '${clean}' in ${commit.slice(0, 10)}`);
  }
  return entry;
}

/** What lies in a folder: folders first, then by name. */
export async function listFolder(
  gitDir: string,
  folder: TreeEntry,
): Promise<TreeEntry[]> {
  const output = await runGit(
    ['ls-tree', '-z', '--long', '--full-tree', folder.sha],
    { gitDir },
  );
  const rank = (entry: TreeEntry) => (entry.type === 'dir' ? 0 : 1);
  return parseTree(output, folder.path).sort(
    (a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1),
  );
}

/** Everything below a commit's or tree's root. */
export async function listRecursively(
  gitDir: string,
  treeish: string,
): Promise<TreeEntry[]> {
  return parseTree(
    await runGit(
      ['ls-tree', '-r', '-t', '-z', '--long', '--full-tree', treeish],
      { gitDir },
    ),
    '',
  );
}

/** The bytes of a file. */
export async function readBlob(gitDir: string, sha: string): Promise<Buffer> {
  return runGit(['cat-file', 'blob', sha], { gitDir });
}

function parseTree(output: Buffer, folder: string): TreeEntry[] {
  return output
    .toString()
    .split('\0')
    .filter(Boolean)
    .map(line => {
      const tab = line.indexOf('\t');
      const [mode, kind, sha, size] = line.slice(0, tab).split(/ +/);
      const relative = line.slice(tab + 1);
      const path = folder ? `${folder}/${relative}` : relative;
      return {
        path,
        name: path.slice(path.lastIndexOf('/') + 1),
        type: typeOf(mode, kind),
        mode,
        sha,
        size: Number(size) || 0,
      };
    });
}

function typeOf(mode: string, kind: string): TreeEntry['type'] {
  if (kind === 'tree') return 'dir';
  if (kind === 'commit') return 'submodule';
  return mode === '120000' ? 'symlink' : 'file';
}
