import { NotFoundError } from '@backstage/errors';
import { isMember, requireScope } from '../access/Access.ts';
import { readPage, sendPage, slicePage } from '../http/paging.ts';
import type { Exchange } from '../http/Exchange.ts';
import type { Router } from '../http/Router.ts';
import type { Services } from '../Services.ts';
import type { Organisation } from '../types.ts';
import { requirePerson } from './people.ts';
import { presentOrganisation, presentPerson, presentTeam } from './present.ts';

/** The organisations, who belongs to them, and their teams. */
export function addOrganisationRoutes(
  router: Router,
  services: Services,
): void {
  const { baseUrl, directory } = services;
  const find = async (name: string): Promise<Organisation> => {
    const organisation = await directory.organisation(name);
    if (!organisation) {
      throw new NotFoundError(`There is no organisation '${name}'`);
    }
    return organisation;
  };
  const send = (exchange: Exchange, items: unknown[]) => {
    const page = readPage(exchange);
    sendPage(exchange, baseUrl, page, slicePage(page, items), items.length);
  };

  router.add('api', 'GET', '/api/v1/orgs', async exchange => {
    requireScope(exchange.identity, 'read', 'organization');
    const { organisations } = await directory.read();
    send(exchange, organisations.map(presentOrganisation));
  });

  router.add('api', 'GET', '/api/v1/orgs/:org', async (exchange, params) => {
    requireScope(exchange.identity, 'read', 'organization');
    exchange.json(200, presentOrganisation(await find(params.org)));
  });

  router.add(
    'api',
    'GET',
    '/api/v1/orgs/:org/members',
    async (exchange, params) => {
      requireScope(exchange.identity, 'read', 'organization');
      requirePerson(exchange);
      const organisation = await find(params.org);
      const { people } = await directory.read();
      send(
        exchange,
        people
          .filter(p => isMember(p.groups, organisation))
          .map(p => presentPerson(baseUrl, p)),
      );
    },
  );

  router.add(
    'api',
    'GET',
    '/api/v1/orgs/:org/teams',
    async (exchange, params) => {
      requireScope(exchange.identity, 'read', 'organization');
      requirePerson(exchange);
      const organisation = await find(params.org);
      const { groups } = await directory.read();
      const { members, owners } = organisation;
      send(
        exchange,
        groups
          .filter(
            group =>
              members === 'everyone' ||
              [...members, ...owners].includes(group.name),
          )
          .map(group =>
            presentTeam(group, owners.includes(group.name) ? 'admin' : 'none'),
          ),
      );
    },
  );
}
