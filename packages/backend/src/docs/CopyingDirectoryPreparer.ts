import type { Entity } from '@backstage/catalog-model';
import { NotModifiedError } from '@backstage/errors';
import {
  DirectoryPreparer,
  type PreparerBase,
  type PreparerOptions,
  type PreparerResponse,
} from '@backstage/plugin-techdocs-node';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';

/** Never documentation, and large. */
const LEFT_OUT = new Set([
  '.cache',
  '.git',
  '.local',
  'dist',
  'dist-types',
  'node_modules',
]);

/**
 * Prepares documentation of `dir:` on a copy. Upstream builds it where it lies, and on its way rewrites or adds a `mkdocs.yml`:
 * reading a page would change the checkout that it comes from, or fail where that cannot be written.
 */
export class CopyingDirectoryPreparer implements PreparerBase {
  readonly #upstream: DirectoryPreparer;

  static create(
    ...args: Parameters<typeof DirectoryPreparer.fromConfig>
  ): CopyingDirectoryPreparer {
    return new CopyingDirectoryPreparer(DirectoryPreparer.fromConfig(...args));
  }

  private constructor(upstream: DirectoryPreparer) {
    this.#upstream = upstream;
  }

  /** What is prepared is always a copy. */
  shouldCleanPreparedDirectory(): boolean {
    return true;
  }

  /** @throws NotModifiedError when nothing has changed since `options.etag` */
  async prepare(
    entity: Entity,
    options?: PreparerOptions,
  ): Promise<PreparerResponse> {
    const prepared = await this.#upstream.prepare(entity, options);
    if (prepared.etag) {
      // It was fetched from a git host, into a folder of its own.
      return prepared;
    }
    const source = await realpath(prepared.preparedDir);
    const etag = await fingerprint(source);
    if (etag === options?.etag) {
      throw new NotModifiedError();
    }
    const copy = await mkdtemp(join(await realpath(tmpdir()), 'slipway-docs-'));
    try {
      await cp(source, copy, {
        recursive: true,
        filter: path => path === source || !LEFT_OUT.has(basename(path)),
      });
    } catch (error) {
      await rm(copy, { recursive: true, force: true });
      throw error;
    }
    return { preparedDir: copy, etag };
  }
}

async function fingerprint(root: string): Promise<string> {
  const hash = createHash('sha256');
  const visit = async (dir: string): Promise<void> => {
    const entries = await readdir(dir, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(dir, entry.name);
      if (LEFT_OUT.has(entry.name)) {
        continue;
      }
      if (entry.isDirectory()) {
        await visit(path);
      } else if (entry.isFile()) {
        const { size, mtimeMs } = await stat(path);
        hash.update(`${relative(root, path)}\0${size}\0${mtimeMs}\0`);
      }
    }
  };
  await visit(root);
  return hash.digest('hex');
}
