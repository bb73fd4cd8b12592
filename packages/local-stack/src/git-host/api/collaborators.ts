import { NotAllowedError, NotFoundError } from '@backstage/errors';
import { z } from 'zod';
import { nameOf } from '../access/Identity.ts';
import type { Router } from '../http/Router.ts';
import { findRepository, type Services } from '../Services.ts';
import { permissionSchema } from '../storage/RepositoryRecord.ts';
import { presentName, presentTeam } from './present.ts';

const grantSchema = z.object({ permission: permissionSchema.default('write') });

/** Lets an administrator of a repository share it with people and teams. */
export function addCollaboratorRoutes(
  router: Router,
  services: Services,
): void {
  const { directory, store } = services;

  const log = (
    repository: { owner: string; name: string },
    message: string,
    actor: Parameters<typeof nameOf>[0],
    whom: string,
  ) =>
    services.logger.info(message, {
      repository: `${repository.owner}/${repository.name}`,
      actor: nameOf(actor),
      with: whom,
    });

  const share = (
    what: 'collaborators' | 'teams',
    check: (name: string) => Promise<string>,
  ) => {
    const path = `/api/v1/repos/:owner/:repo/${what}/:name`;
    router
      .add('api', 'PUT', path, async (exchange, params) => {
        const found = await findRepository(services, exchange, params, 'admin');
        const name = await check(params.name);
        const { permission } = await exchange.readJson(grantSchema);
        await store.update(found.repository, current => ({
          [what]: { ...current[what], [name]: permission },
        }));
        log(found.repository, 'Shared a repository', exchange.identity, name);
        exchange.response.writeHead(204).end();
      })
      .add('api', 'DELETE', path, async (exchange, params) => {
        const found = await findRepository(services, exchange, params, 'admin');
        await store.update(found.repository, current => {
          const { [params.name]: _gone, ...rest } = current[what];
          return { [what]: rest };
        });
        log(
          found.repository,
          'Stopped sharing a repository',
          exchange.identity,
          params.name,
        );
        exchange.response.writeHead(204).end();
      });
  };

  share('collaborators', async name => {
    const person = await directory.person(name);
    if (!person) throw new NotFoundError(`There is no person '${name}'`);
    return person.name;
  });
  share('teams', async name => {
    const { groups } = await directory.read();
    const group = groups.find(g => g.name === name);
    if (!group) throw new NotFoundError(`There is no team '${name}'`);
    return group.name;
  });

  router
    .add(
      'api',
      'GET',
      '/api/v1/repos/:owner/:repo/collaborators/:name/permission',
      async (exchange, params) => {
        const { identity } = exchange;
        const found = await findRepository(services, exchange, params, 'read');
        const person = await directory.person(params.name);
        if (!person) {
          throw new NotFoundError(`There is no person '${params.name}'`);
        }
        // As Gitea: accounts that see everything ask about all, administrators of a repository about it, and others about themselves.
        const mayAsk =
          identity.kind === 'service' ||
          (identity.kind === 'person' &&
            identity.person.name === person.name) ||
          (await services.access.permissionOf(identity, found.repository)) ===
            'admin';
        if (!mayAsk) {
          throw new NotAllowedError(
            'You may ask for your own permission, and an administrator of the repository for everybody’s',
          );
        }
        const permission = await services.access.permissionOf(
          { kind: 'person', person, via: 'token', scopes: ['all'] },
          found.repository,
        );
        exchange.json(200, {
          permission,
          role_name: permission,
          user: presentName(services.baseUrl, person.name),
        });
      },
    )
    .add(
      'api',
      'GET',
      '/api/v1/repos/:owner/:repo/collaborators',
      async (exchange, params) => {
        const found = await findRepository(services, exchange, params, 'write');
        exchange.json(
          200,
          Object.keys(found.repository.collaborators).map(name =>
            presentName(services.baseUrl, name),
          ),
        );
      },
    )
    .add(
      'api',
      'GET',
      '/api/v1/repos/:owner/:repo/teams',
      async (exchange, params) => {
        const found = await findRepository(services, exchange, params, 'read');
        const { groups } = await directory.read();
        exchange.json(
          200,
          groups
            .filter(g => found.repository.teams[g.name])
            .map(g => presentTeam(g, found.repository.teams[g.name])),
        );
      },
    );
}
