import {
  AuthenticationError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import { z } from 'zod';
import { isMember, requireScope } from '../access/Access.ts';
import { parseScopes, scopesInclude } from '../access/scopes.ts';
import type { PersonalToken } from '../access/TokenStore.ts';
import type { Exchange } from '../http/Exchange.ts';
import { readPage, sendPage, slicePage } from '../http/paging.ts';
import type { Router } from '../http/Router.ts';
import type { Services } from '../Services.ts';
import { presentName, presentOrganisation, presentPerson } from './present.ts';

const newTokenSchema = z.object({
  name: z.string(),
  scopes: z.array(z.string()).max(20),
});

/** Who one is, who others are, and one's own tokens. */
export function addPeopleRoutes(router: Router, services: Services): void {
  const { baseUrl, directory, tokens } = services;

  router.add('api', 'GET', '/api/v1/user', exchange => {
    const { identity } = exchange;
    if (identity.kind === 'anonymous') {
      throw new AuthenticationError('Send a token to learn who you are');
    }
    requireScope(identity, 'read', 'user');
    exchange.json(
      200,
      identity.kind === 'person'
        ? presentPerson(baseUrl, identity.person)
        : presentName(baseUrl, identity.account.name),
    );
  });

  router.add('api', 'GET', '/api/v1/user/orgs', async exchange => {
    const person = requirePerson(exchange);
    requireScope(exchange.identity, 'read', 'organization');
    const { organisations } = await directory.read();
    const own = organisations.filter(o => isMember(person.groups, o));
    const page = readPage(exchange);
    sendPage(
      exchange,
      baseUrl,
      page,
      slicePage(page, own).map(presentOrganisation),
      own.length,
    );
  });

  router.add('api', 'GET', '/api/v1/users/:name', async (exchange, params) => {
    const person = await directory.person(params.name);
    if (!person) {
      throw new NotFoundError(`There is no person '${params.name}'`);
    }
    // Addresses are for those who belong here.
    const email = exchange.identity.kind === 'anonymous' ? '' : person.email;
    exchange.json(200, presentPerson(baseUrl, { ...person, email }));
  });

  router.add('api', 'GET', '/api/v1/users/:name/tokens', (exchange, params) => {
    const person = requireSelf(exchange, params.name, 'read');
    const own = tokens.list(person.name);
    const page = readPage(exchange);
    sendPage(
      exchange,
      baseUrl,
      page,
      slicePage(page, own).map(token => presentToken(token)),
      own.length,
    );
  });

  router.add(
    'api',
    'POST',
    '/api/v1/users/:name/tokens',
    async (exchange, params) => {
      const person = requireSelf(exchange, params.name, 'write');
      const body = await exchange.readJson(newTokenSchema);
      const wanted = parseScopes(body.scopes);
      const { identity } = exchange;
      if (
        identity.kind !== 'person' ||
        !scopesInclude(identity.scopes, wanted)
      ) {
        throw new NotAllowedError(
          'A token cannot make one that may do more than itself',
        );
      }
      const token = await tokens.create(person.name, body.name, wanted);
      services.logger.info('Created a personal token', {
        actor: person.name,
        token: token.name,
      });
      exchange.json(201, presentToken(token, token.secret), {
        'cache-control': 'no-store',
      });
    },
  );

  router.add(
    'api',
    'DELETE',
    '/api/v1/users/:name/tokens/:token',
    async (exchange, params) => {
      const person = requireSelf(exchange, params.name, 'write');
      await tokens.delete(person.name, params.token);
      services.logger.info('Deleted a personal token', {
        actor: person.name,
        token: params.token,
      });
      exchange.response.writeHead(204).end();
    },
  );
}

/** @throws AuthenticationError when it is not a person who asks */
export function requirePerson(exchange: Exchange) {
  if (exchange.identity.kind !== 'person') {
    throw new AuthenticationError('Sign in or send a personal token');
  }
  return exchange.identity.person;
}

function requireSelf(
  exchange: Exchange,
  name: string,
  level: 'read' | 'write',
) {
  const person = requirePerson(exchange);
  requireScope(exchange.identity, level, 'user');
  if (person.name.toLowerCase() !== name.toLowerCase()) {
    throw new NotAllowedError(`These are the tokens of ${name}, not yours`);
  }
  return person;
}

function presentToken(token: PersonalToken, secret = '') {
  return {
    id: token.id,
    name: token.name,
    sha1: secret,
    token_last_eight: token.lastEight,
    scopes: token.scopes,
    created_at: token.createdAt,
  };
}
