import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { ResponseError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { UserCredentials } from '@slipway/backend-utils';
import type { Handover, Orphans } from '@slipway/plugin-access-common';
import { z } from 'zod';
import type { ServiceDeps } from './AccessService';

const MOST = 100;
const MOST_ORPHANS = 200;
const TIMEOUT_MS = 10_000;

const databasesSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      environment: z.string(),
      state: z.string(),
    }),
  ),
  totalItems: z.number(),
});

const loginsSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      access: z.string(),
      expiresAt: z.string(),
      database: z.object({ name: z.string(), environment: z.string() }),
    }),
  ),
});

const deputiesSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      person: z.string(),
      deputy: z.string(),
      until: z.string(),
      endedAt: z.string().optional(),
    }),
  ),
});

const approvalsSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      requester: z.string(),
      owner: z.string(),
    }),
  ),
  totalItems: z.number(),
});

interface HandoverDeps extends ServiceDeps {
  auth: AuthService;
  catalog: CatalogService;
  discovery: DiscoveryService;
}

/** Lists what a person who leaves or a group that is renamed owns, holds and decides, so that it can be handed on. */
export class HandoverService {
  readonly #deps: HandoverDeps;

  static create(deps: HandoverDeps): HandoverService {
    return new HandoverService(deps);
  }

  private constructor(deps: HandoverDeps) {
    this.#deps = deps;
  }

  /** Other plugins are asked with the caller's rights. One that does not answer leaves a problem in its place. */
  async of(subject: string, credentials: UserCredentials): Promise<Handover> {
    const { model, people } = this.#deps;
    const isPerson = subject.startsWith('user:');
    const [missing, entities, databases, approvals, logins, deputies] =
      await Promise.all([
        people.missing([subject]),
        this.#entities(subject, credentials),
        orProblem(() => this.#databases(subject, credentials)),
        orProblem(() => this.#approvals(subject, credentials)),
        orProblem(() =>
          isPerson ? this.#logins(subject, credentials) : none(),
        ),
        orProblem(() =>
          isPerson ? this.#deputies(subject, credentials) : none(),
        ),
      ]);
    const isNamed = (refs: string[] = []) => refs.includes(subject);
    return {
      subject,
      exists: !missing.has(subject),
      entities,
      databases,
      approvals,
      logins,
      deputies,
      roles: [
        ...(isNamed(model.administrators)
          ? [{ name: 'administrators', title: 'Administrators' }]
          : []),
        ...model.roles
          .filter(role => isNamed(role.members) || isNamed(role.owners))
          .map(({ name, title }) => ({ name, title })),
      ],
    };
  }

  /** Owners that the catalog does not know, those with the most first. */
  async orphans(): Promise<Orphans> {
    const { auth, catalog, people } = this.#deps;
    const { facets } = await catalog.getEntityFacets(
      { facets: ['relations.ownedBy'] },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    const owners = facets['relations.ownedBy'] ?? [];
    const missing = await people.missing(owners.map(({ value }) => value));
    const items = owners
      .filter(({ value }) => missing.has(value))
      .map(({ value, count }) => ({ owner: value, count }))
      .sort((a, b) => b.count - a.count || a.owner.localeCompare(b.owner));
    return { items: items.slice(0, MOST_ORPHANS), totalItems: items.length };
  }

  async #entities(subject: string, credentials: UserCredentials) {
    const { items, totalItems } = await this.#deps.catalog.queryEntities(
      {
        filter: { 'relations.ownedBy': subject },
        fields: [
          'kind',
          'metadata.name',
          'metadata.namespace',
          'metadata.title',
        ],
        orderFields: [{ field: 'metadata.name', order: 'asc' }],
        limit: MOST,
      },
      { credentials },
    );
    return {
      items: items.map(entity => ({
        ref: stringifyEntityRef(entity),
        ...(entity.metadata.title && { title: entity.metadata.title }),
      })),
      totalItems,
    };
  }

  async #databases(subject: string, credentials: UserCredentials) {
    const query = new URLSearchParams({ owner: subject, limit: `${MOST}` });
    const { items, totalItems } = databasesSchema.parse(
      await this.#get('databases', `/databases?${query}`, credentials),
    );
    return { items, totalItems };
  }

  /** Logins that are live. They end by themselves. */
  async #logins(subject: string, credentials: UserCredentials) {
    const query = new URLSearchParams({ person: subject });
    const { items } = loginsSchema.parse(
      await this.#get('databases', `/personal-logins?${query}`, credentials),
    );
    return {
      items: items
        .slice(0, MOST)
        .map(({ id, access, expiresAt, database }) => ({
          id,
          access,
          expiresAt,
          name: database.name,
          environment: database.environment,
        })),
      totalItems: items.length,
    };
  }

  /** Appointments that have not ended, made by or given to the person. */
  async #deputies(subject: string, credentials: UserCredentials) {
    const { items } = deputiesSchema.parse(
      await this.#get('approvals', '/deputies?all=true', credentials),
    );
    const theirs = items.filter(
      ({ person, deputy, until, endedAt }) =>
        [person, deputy].includes(subject) &&
        !endedAt &&
        Date.parse(until) > Date.now(),
    );
    return {
      items: theirs.slice(0, MOST).map(({ id, person, deputy, until }) => ({
        id,
        person,
        deputy,
        until,
      })),
      totalItems: theirs.length,
    };
  }

  async #approvals(subject: string, credentials: UserCredentials) {
    const query = new URLSearchParams({ party: subject, limit: `${MOST}` });
    const { items, totalItems } = approvalsSchema.parse(
      await this.#get('approvals', `/approvals?${query}`, credentials),
    );
    return {
      items: items.map(({ id, title, requester, owner }) => ({
        id,
        title,
        part: partOf(subject, { requester, owner }),
      })),
      totalItems,
    };
  }

  async #get(
    pluginId: string,
    path: string,
    credentials: UserCredentials,
  ): Promise<unknown> {
    const { auth, discovery } = this.#deps;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: credentials,
      targetPluginId: pluginId,
    });
    const response = await fetch(
      `${await discovery.getBaseUrl(pluginId)}${path}`,
      {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}

/** Groups have none. */
async function none(): Promise<{ items: never[]; totalItems: number }> {
  return { items: [], totalItems: 0 };
}

function partOf(
  subject: string,
  { requester, owner }: { requester: string; owner: string },
): string {
  if (subject === requester) return 'asked for it';
  return subject === owner ? 'owns the thing' : 'decides';
}

async function orProblem<T>(
  ask: () => Promise<{ items: T[]; totalItems: number }>,
): Promise<{ items: T[]; totalItems: number; problem?: string }> {
  try {
    return await ask();
  } catch (error) {
    return {
      items: [],
      totalItems: 0,
      problem: `Could not be asked: ${error instanceof Error ? error.message : 'unknown'}`,
    };
  }
}
