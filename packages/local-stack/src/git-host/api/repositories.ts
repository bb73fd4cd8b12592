import { InputError, NotFoundError } from '@backstage/errors';
import { z } from 'zod';
import { requireScope } from '../access/Access.ts';
import type { Owner } from '../access/DirectoryLookup.ts';
import { nameOf } from '../access/Identity.ts';
import { isEmpty } from '../git/isEmpty.ts';
import { findBranch } from '../git/refs.ts';
import { runGit } from '../git/runGit.ts';
import type { Exchange } from '../http/Exchange.ts';
import { readPage, sendPage, slicePage } from '../http/paging.ts';
import type { Router } from '../http/Router.ts';
import { findRepository, type Services } from '../Services.ts';
import type { RepositoryRecord } from '../storage/RepositoryRecord.ts';
import { requirePerson } from './people.ts';
import { presentRepository } from './present.ts';

const description = z.string().max(2048);
const newRepositorySchema = z.object({
  name: z.string(),
  description: description.optional(),
  private: z.boolean().optional(),
  default_branch: z.string().optional(),
  auto_init: z
    .literal(false, 'is not offered: push the first commit')
    .optional(),
});
const changeSchema = z.object({
  description: description.optional(),
  private: z.boolean().optional(),
  default_branch: z.string().optional(),
  name: z
    .undefined('cannot be changed: create a new repository and push to it')
    .optional(),
});

/** Creates, lists, shows, changes and deletes repositories. */
export function addRepositoryRoutes(router: Router, services: Services): void {
  const { access, baseUrl, directory, store } = services;

  const present = async (exchange: Exchange, repository: RepositoryRecord) =>
    presentRepository(baseUrl, repository, {
      permission: await access.permissionOf(exchange.identity, repository),
      empty: await isEmpty(store.gitDir(repository)),
    });

  const list = async (
    exchange: Exchange,
    repositories: RepositoryRecord[],
    wrap?: (data: unknown[]) => unknown,
  ) => {
    requireScope(exchange.identity, 'read', 'repository');
    const visible = await readable(services, exchange, repositories);
    const page = readPage(exchange);
    const items = await Promise.all(
      slicePage(page, visible).map(r => present(exchange, r)),
    );
    if (wrap) {
      exchange.json(200, wrap(items), {
        'x-total-count': String(visible.length),
      });
    } else {
      sendPage(exchange, baseUrl, page, items, visible.length);
    }
  };

  const create = async (exchange: Exchange, owner: Owner) => {
    await access.requireCreate(exchange.identity, owner);
    const body = await exchange.readJson(newRepositorySchema);
    const actor = nameOf(exchange.identity);
    const repository = await store.create({
      owner: owner.name,
      name: body.name,
      createdBy: actor,
      description: body.description,
      private: body.private,
      defaultBranch: body.default_branch,
      collaborators:
        exchange.identity.kind === 'person' ? { [actor]: 'admin' } : {},
    });
    services.logger.info('Created a repository', {
      repository: `${repository.owner}/${repository.name}`,
      actor,
    });
    exchange.json(201, await present(exchange, repository));
  };

  const createInOrganisation = async (
    exchange: Exchange,
    params: Record<string, string>,
  ) => {
    requireScope(exchange.identity, 'write', 'organization');
    const owner = await directory.owner(params.org);
    if (owner?.kind !== 'organisation') {
      throw new NotFoundError(`There is no organisation '${params.org}'`);
    }
    await create(exchange, owner);
  };

  router
    .add('api', 'POST', '/api/v1/orgs/:org/repos', createInOrganisation)
    .add('api', 'POST', '/api/v1/org/:org/repos', createInOrganisation)
    .add('api', 'POST', '/api/v1/user/repos', async exchange => {
      const person = requirePerson(exchange);
      requireScope(exchange.identity, 'write', 'user');
      await create(exchange, { kind: 'person', name: person.name, person });
    })
    .add('api', 'GET', '/api/v1/user/repos', async exchange => {
      const { name } = requirePerson(exchange);
      await list(
        exchange,
        store.list().filter(r => r.owner === name || r.collaborators[name]),
      );
    })
    .add('api', 'GET', '/api/v1/repos/search', async exchange => {
      const wanted = exchange.query('q')?.toLowerCase() ?? '';
      await list(
        exchange,
        store.list().filter(r => r.name.toLowerCase().includes(wanted)),
        data => ({ ok: true, data }),
      );
    });
  for (const path of [
    '/api/v1/orgs/:owner/repos',
    '/api/v1/users/:owner/repos',
  ]) {
    router.add('api', 'GET', path, async (exchange, params) => {
      if (!(await directory.owner(params.owner))) {
        throw new NotFoundError(`There is no '${params.owner}'`);
      }
      await list(exchange, store.list(params.owner));
    });
  }

  const one = '/api/v1/repos/:owner/:repo';
  router
    .add('api', 'GET', one, async (exchange, params) => {
      const found = await findRepository(services, exchange, params, 'read');
      exchange.json(200, await present(exchange, found.repository));
    })
    .add('api', 'PATCH', one, async (exchange, params) => {
      const found = await findRepository(services, exchange, params, 'admin');
      const body = await exchange.readJson(changeSchema);
      const branch = body.default_branch;
      if (branch !== undefined) {
        if (!(await findBranch(found.gitDir, branch))) {
          throw new InputError(
            `default_branch: there is no branch '${branch}'`,
          );
        }
        await runGit(['symbolic-ref', 'HEAD', `refs/heads/${branch}`], {
          gitDir: found.gitDir,
        });
      }
      const changed = await store.update(found.repository, current => ({
        description: body.description ?? current.description,
        private: body.private ?? current.private,
        defaultBranch: branch ?? current.defaultBranch,
      }));
      services.logger.info('Changed a repository', {
        repository: `${changed.owner}/${changed.name}`,
        actor: nameOf(exchange.identity),
      });
      exchange.json(200, await present(exchange, changed));
    })
    .add('api', 'DELETE', one, async (exchange, params) => {
      const found = await findRepository(services, exchange, params, 'admin');
      await store.delete(found.repository);
      services.logger.info('Deleted a repository', {
        repository: `${found.repository.owner}/${found.repository.name}`,
        actor: nameOf(exchange.identity),
      });
      exchange.response.writeHead(204).end();
    });
}

/** Those of the repositories that the one who asks may see. */
export async function readable(
  services: Services,
  exchange: Exchange,
  repositories: RepositoryRecord[],
): Promise<RepositoryRecord[]> {
  const permissions = await Promise.all(
    repositories.map(r => services.access.permissionOf(exchange.identity, r)),
  );
  return repositories.filter((_, index) => permissions[index] !== 'none');
}
