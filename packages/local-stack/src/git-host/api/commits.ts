import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { z } from 'zod';
import { nameOf } from '../access/Identity.ts';
import {
  type Commit,
  countCommits,
  listCommits,
  readCommit,
} from '../git/commits.ts';
import {
  findBranch,
  listBranches,
  moveRef,
  type Ref,
  resolveCommit,
} from '../git/refs.ts';
import { runGit } from '../git/runGit.ts';
import type { Exchange } from '../http/Exchange.ts';
import { readPage, sendPage, slicePage } from '../http/paging.ts';
import type { Router } from '../http/Router.ts';
import { findRepository, type Services } from '../Services.ts';
import { assertRef, normalizePath } from '../storage/names.ts';
import type { RepositoryRecord } from '../storage/RepositoryRecord.ts';
import { presentCommit } from './present.ts';

const newBranchSchema = z.object({
  new_branch_name: z.string(),
  old_ref_name: z.string().optional(),
  old_branch_name: z.string().optional(),
});

/** History and branches. */
export function addCommitRoutes(router: Router, services: Services): void {
  const { baseUrl } = services;
  const one = '/api/v1/repos/:owner/:repo';
  const read = (exchange: Exchange, params: Record<string, string>) =>
    findRepository(services, exchange, params, 'read');
  const presentBranch = async (
    repository: RepositoryRecord,
    gitDir: string,
    branch: Ref,
  ) => {
    const commit = await readCommit(gitDir, branch.sha);
    return {
      name: branch.name,
      commit: presentBranchCommit(baseUrl, repository, commit),
      protected: branch.name === repository.defaultBranch,
    };
  };

  router.add(
    'api',
    'GET',
    `${one}/git/commits/:ref+`,
    async (exchange, params) => {
      const { repository, gitDir } = await read(exchange, params);
      const sha = await resolveCommit(gitDir, params.ref);
      const commit = await readCommit(gitDir, sha);
      exchange.json(200, presentCommit(baseUrl, repository, commit), {
        'cache-control': 'private, no-cache',
      });
    },
  );

  router.add('api', 'GET', `${one}/commits`, async (exchange, params) => {
    const { repository, gitDir } = await read(exchange, params);
    const ref = exchange.query('sha') ?? repository.defaultBranch;
    const path = normalizePath(exchange.query('path') ?? '');
    const sha = await resolveCommit(gitDir, ref);
    const page = readPage(exchange);
    const commits = await listCommits(gitDir, sha, { ...page, path });
    sendPage(
      exchange,
      baseUrl,
      page,
      commits.map(commit => presentCommit(baseUrl, repository, commit)),
      await countCommits(gitDir, sha, path),
    );
  });

  router.add('api', 'GET', `${one}/branches`, async (exchange, params) => {
    const { repository, gitDir } = await read(exchange, params);
    const branches = await listBranches(gitDir);
    const page = readPage(exchange);
    const items = await Promise.all(
      slicePage(page, branches).map(b => presentBranch(repository, gitDir, b)),
    );
    sendPage(exchange, baseUrl, page, items, branches.length);
  });

  router.add('api', 'POST', `${one}/branches`, async (exchange, params) => {
    const { repository, gitDir } = await findRepository(
      services,
      exchange,
      params,
      'write',
    );
    const body = await exchange.readJson(newBranchSchema);
    const name = body.new_branch_name;
    assertRef(name);
    const from =
      body.old_ref_name ?? body.old_branch_name ?? repository.defaultBranch;
    const sha = await resolveCommit(gitDir, from);
    if (await findBranch(gitDir, name)) {
      throw new ConflictError(`The branch '${name}' already exists`);
    }
    await services.pushes.around(repository, exchange.identity, () =>
      moveRef(gitDir, `refs/heads/${name}`, sha, undefined),
    );
    exchange.json(201, await presentBranch(repository, gitDir, { name, sha }));
  });

  router.add(
    'api',
    'GET',
    `${one}/branches/:branch+`,
    async (exchange, params) => {
      const { repository, gitDir } = await read(exchange, params);
      const sha = await findBranch(gitDir, params.branch);
      if (!sha) {
        throw new NotFoundError(`There is no branch '${params.branch}'`);
      }
      const branch = { name: params.branch, sha };
      exchange.json(200, await presentBranch(repository, gitDir, branch));
    },
  );

  router.add(
    'api',
    'DELETE',
    `${one}/branches/:branch+`,
    async (exchange, params) => {
      const { repository, gitDir } = await findRepository(
        services,
        exchange,
        params,
        'write',
      );
      const sha = await findBranch(gitDir, params.branch);
      if (!sha) {
        throw new NotFoundError(`There is no branch '${params.branch}'`);
      }
      if (params.branch === repository.defaultBranch) {
        throw new InputError('The default branch cannot be deleted');
      }
      await services.pushes.around(repository, exchange.identity, () =>
        runGit(['update-ref', '-d', `refs/heads/${params.branch}`, sha], {
          gitDir,
        }),
      );
      services.logger.info('Deleted a branch', {
        repository: `${repository.owner}/${repository.name}`,
        branch: params.branch,
        actor: nameOf(exchange.identity),
      });
      exchange.response.writeHead(204).end();
    },
  );
}

/** Gitea's `PayloadCommit`. */
function presentBranchCommit(
  baseUrl: string,
  repository: RepositoryRecord,
  commit: Commit,
) {
  const full = presentCommit(baseUrl, repository, commit);
  return {
    id: commit.sha,
    message: commit.message,
    url: full.html_url,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
    timestamp: commit.committer.date,
  };
}
