import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { z } from 'zod';
import { nameOf } from '../access/Identity.ts';
import { isAncestor, listCommits } from '../git/commits.ts';
import { mergeTrees } from '../git/mergeCommits.ts';
import { findBranch, listRefs } from '../git/refs.ts';
import { runGit } from '../git/runGit.ts';
import type { Exchange } from '../http/Exchange.ts';
import { readPage, sendPage, slicePage } from '../http/paging.ts';
import type { Router } from '../http/Router.ts';
import { createPull } from '../pulls/createPull.ts';
import { mergePull, settlePull } from '../pulls/mergePull.ts';
import {
  mergeStyleSchema,
  pullRef,
  type PullRequest,
} from '../pulls/PullRequest.ts';
import { findRepository, type Services } from '../Services.ts';
import type { RepositoryRecord } from '../storage/RepositoryRecord.ts';
import { address, presentCommit, presentName } from './present.ts';

const text = z.string().max(65_536);
const title = z.string().trim().min(1).max(255);
const newPullSchema = z.object({
  title,
  body: text.default(''),
  head: z.string(),
  base: z.string(),
});
const changeSchema = z.object({
  title: title.optional(),
  body: text.optional(),
  state: z.enum(['open', 'closed']).optional(),
});
const mergeSchema = z.object({
  Do: mergeStyleSchema,
  MergeTitleField: z.string().max(1000).optional(),
  MergeMessageField: text.optional(),
  head_commit_id: z.string().optional(),
  delete_branch_after_merge: z.boolean().default(false),
});

/** Proposals to merge one branch into another, and real merges. */
export function addPullRoutes(router: Router, services: Services): void {
  const many = '/api/v1/repos/:owner/:repo/pulls';
  const one = `${many}/:number(\\d+)`;

  router.add('api', 'GET', many, async (exchange, params) => {
    const { repository, gitDir } = await findRepository(
      services,
      exchange,
      params,
      'read',
    );
    const state = exchange.query('state') ?? 'open';
    const pulls = (await services.pulls.list(repository)).filter(
      pull => state === 'all' || pull.state === state,
    );
    const page = readPage(exchange);
    const items = await Promise.all(
      slicePage(page, pulls).map(pull =>
        present(services, repository, gitDir, pull, false),
      ),
    );
    sendPage(exchange, services.baseUrl, page, items, pulls.length);
  });

  router.add('api', 'POST', many, async (exchange, params) => {
    const { repository, gitDir } = await findRepository(
      services,
      exchange,
      params,
      'write',
    );
    const body = await exchange.readJson(newPullSchema);
    const pull = await createPull(services, repository, {
      ...body,
      head: ownBranch(body.head, repository),
      author: nameOf(exchange.identity),
    });
    services.logger.info('Created a pull request', {
      repository: `${repository.owner}/${repository.name}`,
      number: pull.number,
      actor: pull.author,
    });
    exchange.json(201, await present(services, repository, gitDir, pull, true));
  });

  router.add('api', 'GET', one, async (exchange, params) => {
    const { repository, gitDir, pull } = await find(services, exchange, params);
    exchange.json(200, await present(services, repository, gitDir, pull, true));
  });

  router.add('api', 'PATCH', one, async (exchange, params) => {
    const { repository, gitDir, pull } = await find(services, exchange, params);
    if (pull.author !== nameOf(exchange.identity)) {
      await services.access.require(exchange.identity, repository, 'write');
    }
    const body = await exchange.readJson(changeSchema);
    const changed = await services.pulls.update(
      repository,
      pull.number,
      now => {
        if (
          body.state &&
          body.state !== now.state &&
          (now.merged || now.merging)
        ) {
          throw new ConflictError(`Pull request ${now.number} is merged`);
        }
        const closedAt =
          body.state === 'closed' ? new Date().toISOString() : undefined;
        return { ...body, ...(body.state ? { closedAt } : {}) };
      },
    );
    exchange.json(
      201,
      await present(services, repository, gitDir, changed, true),
    );
  });

  router.add('api', 'GET', `${one}/merge`, async (exchange, params) => {
    const { pull } = await find(services, exchange, params);
    if (!pull.merged) {
      throw new NotFoundError(`Pull request ${pull.number} is not merged`);
    }
    exchange.response.writeHead(204).end();
  });

  router.add('api', 'POST', `${one}/merge`, async (exchange, params) => {
    const { repository, pull } = await find(services, exchange, params);
    await services.access.require(exchange.identity, repository, 'write');
    const body = await exchange.readJson(mergeSchema);
    const message = [body.MergeTitleField, body.MergeMessageField]
      .filter(Boolean)
      .join('\n\n');
    const merged = await mergePull(
      services,
      repository,
      pull.number,
      exchange.identity,
      {
        style: body.Do,
        expectedHead: body.head_commit_id,
        message: message || undefined,
        deleteBranch: body.delete_branch_after_merge,
      },
    );
    exchange.json(200, { sha: merged.merged?.commit });
  });

  router.add('api', 'GET', `${one}/commits`, async (exchange, params) => {
    const { repository, gitDir, pull } = await find(services, exchange, params);
    const { baseSha, headSha } = await ends(gitDir, pull);
    const commits = await listCommits(gitDir, `${baseSha}..${headSha}`, {
      limit: 250,
    });
    exchange.json(
      200,
      commits.map(c => presentCommit(services.baseUrl, repository, c)),
    );
  });

  router.add(
    'api',
    'GET',
    `${many}/:file(\\d+\\.diff)`,
    async (exchange, params) => {
      const number = params.file.replace('.diff', '');
      const { gitDir, pull } = await find(services, exchange, {
        ...params,
        number,
      });
      const { baseSha, headSha } = await ends(gitDir, pull);
      const diff = await runGit(
        ['diff', '--no-ext-diff', '--no-textconv', `${baseSha}...${headSha}`],
        { gitDir },
      );
      exchange.send(200, diff, { 'content-type': 'text/plain; charset=utf-8' });
    },
  );
}

async function find(
  services: Services,
  exchange: Exchange,
  params: Record<string, string>,
) {
  const found = await findRepository(services, exchange, params, 'read');
  const pull = await settlePull(
    services,
    found.repository,
    Number(params.number),
  );
  return { ...found, pull };
}

/** Forks are not offered: `owner:branch` is taken when it means this repository. */
function ownBranch(head: string, repository: RepositoryRecord): string {
  const colon = head.indexOf(':');
  if (
    colon >= 0 &&
    head.slice(0, colon).toLowerCase() !== repository.owner.toLowerCase()
  ) {
    throw new InputError(
      'head: must be a branch of the same repository, forks are not offered',
    );
  }
  return head.slice(colon + 1);
}

/** The commits at both ends: the branches' own while open, what was merged afterwards. */
async function ends(gitDir: string, pull: PullRequest) {
  const refs = await listRefs(gitDir);
  const headSha = headOf(pull, refs);
  const baseSha =
    pull.merged?.base ?? (await findBranch(gitDir, pull.base)) ?? headSha;
  return { headSha, baseSha };
}

async function present(
  services: Services,
  repository: RepositoryRecord,
  gitDir: string,
  pull: PullRequest,
  detailed: boolean,
) {
  const { baseUrl } = services;
  const url = address(
    baseUrl,
    repository.owner,
    repository.name,
    'pulls',
    String(pull.number),
  );
  const refs = await listRefs(gitDir);
  const headSha = headOf(pull, refs);
  const baseSha = refs.get(`refs/heads/${pull.base}`) ?? '';
  return {
    id: pull.id,
    number: pull.number,
    url,
    html_url: url,
    diff_url: `${address(`${baseUrl}/api/v1/repos`, repository.owner, repository.name, 'pulls', String(pull.number))}.diff`,
    user: presentName(baseUrl, pull.author),
    title: pull.title,
    body: pull.body,
    state: pull.state,
    head: {
      label: pull.head,
      ref: pull.head,
      sha: headSha,
      repo_id: repository.id,
    },
    base: {
      label: pull.base,
      ref: pull.base,
      sha: baseSha,
      repo_id: repository.id,
    },
    ...(detailed && {
      mergeable:
        pull.state === 'open' && (await isMergeable(gitDir, baseSha, headSha)),
    }),
    merged: Boolean(pull.merged),
    merged_at: pull.merged?.at ?? null,
    merged_by: pull.merged ? presentName(baseUrl, pull.merged.by) : null,
    merge_commit_sha: pull.merged?.commit ?? null,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt ?? null,
  };
}

/** An open one's branch, as long as there is one; else what the host kept. */
function headOf(pull: PullRequest, refs: Map<string, string>): string {
  const branch =
    pull.state === 'open' ? refs.get(`refs/heads/${pull.head}`) : undefined;
  return pull.merged?.head ?? branch ?? refs.get(pullRef(pull.number)) ?? '';
}

async function isMergeable(
  gitDir: string,
  base: string,
  head: string,
): Promise<boolean> {
  if (!base || !head || (await isAncestor(gitDir, head, base))) return false;
  try {
    return (await mergeTrees(gitDir, base, head)) !== undefined;
  } catch (error) {
    // The machine's git cannot merge, so nor can this host; who tries is told why.
    if (error instanceof ConflictError) return false;
    throw error;
  }
}
