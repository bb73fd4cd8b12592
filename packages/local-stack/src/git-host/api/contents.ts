import { NotFoundError } from '@backstage/errors';
import { listCommits } from '../git/commits.ts';
import { resolveCommit } from '../git/refs.ts';
import {
  listFolder,
  listRecursively,
  readBlob,
  readEntry,
  type TreeEntry,
} from '../git/tree.ts';
import { assertRef } from '../storage/names.ts';
import type { Exchange } from '../http/Exchange.ts';
import { readPage, slicePage } from '../http/paging.ts';
import type { Router } from '../http/Router.ts';
import { findRepository, type Services } from '../Services.ts';
import { address, presentEntry } from './present.ts';

/** Larger files come without content, as in Gitea; `raw` has them. */
const MAX_INLINE_BYTES = 10 * 1024 * 1024;

/** Files and folders at a commit. */
export function addContentRoutes(router: Router, services: Services): void {
  const { baseUrl } = services;
  const one = '/api/v1/repos/:owner/:repo';

  const contents = async (
    exchange: Exchange,
    params: Record<string, string>,
  ) => {
    const { repository, gitDir } = await findRepository(
      services,
      exchange,
      params,
      'read',
    );
    const ref = exchange.query('ref') ?? repository.defaultBranch;
    const commit = await resolveCommit(gitDir, ref);
    const entry = await readEntry(gitDir, commit, params.path ?? '');
    if (entry.type === 'dir') {
      const entries = await listFolder(gitDir, entry);
      exchange.json(
        200,
        entries.map(e => presentEntry(baseUrl, repository, e, ref)),
      );
      return;
    }
    const etag = `"${entry.sha}"`;
    if (exchange.notModified(etag)) return;
    const [last] = await listCommits(gitDir, commit, {
      path: entry.path,
      limit: 1,
    });
    exchange.json(
      200,
      {
        ...presentEntry(baseUrl, repository, entry, ref),
        ...(await inline(gitDir, entry)),
        last_commit_sha: last.sha,
        last_committer_date: last.committer.date,
      },
      {
        etag,
        'last-modified': new Date(last.committer.date).toUTCString(),
        'cache-control': 'private, no-cache',
      },
    );
  };
  router
    .add('api', 'GET', `${one}/contents{/}?`, contents)
    .add('api', 'GET', `${one}/contents/:path+`, contents);

  router.add('api', 'GET', `${one}/raw/:path+`, async (exchange, params) => {
    const { repository, gitDir } = await findRepository(
      services,
      exchange,
      params,
      'read',
    );
    const ref = exchange.query('ref') ?? repository.defaultBranch;
    const commit = await resolveCommit(gitDir, ref);
    await sendRaw(exchange, gitDir, commit, params.path);
  });

  router.add(
    'api',
    'GET',
    `${one}/git/trees/:ref+`,
    async (exchange, params) => {
      const { repository, gitDir } = await findRepository(
        services,
        exchange,
        params,
        'read',
      );
      assertRef(params.ref);
      const commit = await resolveCommit(gitDir, params.ref);
      const root = await readEntry(gitDir, commit, '');
      const entries =
        exchange.query('recursive') === 'true' ||
        exchange.query('recursive') === '1'
          ? await listRecursively(gitDir, commit)
          : await listFolder(gitDir, root);
      const page = readPage(exchange);
      const limit = exchange.query('per_page') ? page.limit : 1000;
      const part = slicePage(
        { ...page, limit, skip: (page.page - 1) * limit },
        entries,
      );
      exchange.json(200, {
        sha: commit,
        url: address(
          `${baseUrl}/api/v1/repos`,
          repository.owner,
          repository.name,
          'git/trees',
          commit,
        ),
        tree: part.map(e => ({
          path: e.path,
          mode: e.mode,
          type: e.type === 'dir' ? 'tree' : 'blob',
          size: e.size,
          sha: e.sha,
        })),
        truncated: (page.page - 1) * limit + part.length < entries.length,
        page: page.page,
        total_count: entries.length,
      });
    },
  );
}

/** Sends a file so that no browser takes it for a page of the git host's. */
export async function sendRaw(
  exchange: Exchange,
  gitDir: string,
  commit: string,
  path: string,
): Promise<void> {
  const entry = await readEntry(gitDir, commit, path);
  if (entry.type !== 'file' && entry.type !== 'symlink') {
    throw new NotFoundError(`'${path}' is not a file`);
  }
  const etag = `"${entry.sha}"`;
  if (exchange.notModified(etag)) return;
  const content = await readBlob(gitDir, entry.sha);
  exchange.send(200, content, {
    'content-type': content.subarray(0, 8000).includes(0)
      ? 'application/octet-stream'
      : 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-cache',
    etag,
  });
}

async function inline(gitDir: string, entry: TreeEntry) {
  if (entry.type === 'symlink') {
    const target = await readBlob(gitDir, entry.sha);
    return { target: target.toString() };
  }
  if (entry.type !== 'file' || entry.size > MAX_INLINE_BYTES) {
    return {};
  }
  const content = await readBlob(gitDir, entry.sha);
  return { encoding: 'base64', content: content.toString('base64') };
}
