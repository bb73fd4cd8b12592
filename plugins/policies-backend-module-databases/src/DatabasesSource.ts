import { ResponseError } from '@backstage/errors';
import {
  databasePagePath,
  databaseSchema,
  DATABASES_PAGE_MAX,
  databasesPageSchema,
  type Database,
} from '@slipway/plugin-databases-common';
import type {
  PolicyObject,
  PolicyObjectsSource,
} from '@slipway/plugin-policies-node';
import type { DatabasesDoor } from './DatabasesDoor';

/** How often the list is read anew because it changed meanwhile. */
const ATTEMPTS = 5;
/** Of these there is nothing yet, or nothing any more. */
const NOT_THERE = ['requested', 'awaiting-approval', 'purging', 'deleted'];

/** The databases of the portal. */
export class DatabasesSource implements PolicyObjectsSource {
  readonly id = 'databases';
  readonly #door: DatabasesDoor;

  static create(door: DatabasesDoor): DatabasesSource {
    return new DatabasesSource(door);
  }

  private constructor(door: DatabasesDoor) {
    this.#door = door;
  }

  /** All of them at once: pages that move while they are read could hide one, which would then count as gone. */
  async list(options: { signal: AbortSignal }) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const databases = await this.#readAll(options.signal);
      if (databases) return { items: databases.flatMap(toObject) };
    }
    throw new Error('The list of databases changes too quickly to be read');
  }

  async get(id: string): Promise<PolicyObject | undefined> {
    const response = await this.#door.fetch(
      `/databases/${encodeURIComponent(id)}`,
    );
    if (response.status === 404) return undefined;
    if (!response.ok) throw await ResponseError.fromResponse(response);
    return toObject(databaseSchema.parse(await response.json()))[0];
  }

  /** Undefined when it changed meanwhile. */
  async #readAll(signal: AbortSignal): Promise<Database[] | undefined> {
    const byId = new Map<string, Database>();
    let total: number | undefined;
    for (let offset = 0; ; offset += DATABASES_PAGE_MAX) {
      signal.throwIfAborted();
      const query = new URLSearchParams({
        sort: 'createdAt',
        order: 'asc',
        offset: String(offset),
        limit: String(DATABASES_PAGE_MAX),
      });
      const response = await this.#door.fetch(`/databases?${query}`);
      if (!response.ok) throw await ResponseError.fromResponse(response);
      const page = databasesPageSchema.parse(await response.json());
      page.items.forEach(each => byId.set(each.id, each));
      total ??= page.totalItems;
      if (page.totalItems !== total) return undefined;
      if (page.items.length < DATABASES_PAGE_MAX) {
        return byId.size === total ? [...byId.values()] : undefined;
      }
    }
  }
}

function toObject(database: Database): PolicyObject[] {
  if (NOT_THERE.includes(database.state)) return [];
  const { name, environment, engine, owner, version, size } = database;
  const { description, pricePerMonth, entityRef } = database;
  const { restoredFrom } = database;
  const { backup, ...kept } = database.protection ?? {};
  return [
    {
      id: database.id,
      // The same fields as an order has, see the databases plugin.
      request: {
        kind: 'DatabaseRequest',
        entityRef,
        object: {
          name,
          environment,
          engine,
          owner,
          size,
          ...(version && { version }),
          ...(description && { description }),
          ...(pricePerMonth && { pricePerMonth: { ...pricePerMonth } }),
          ...(restoredFrom && {
            restoredFrom: {
              name: restoredFrom.name,
              environment: restoredFrom.environment,
            },
          }),
          ...kept,
          ...(backup && { backup: { ...backup } }),
        },
      },
      link: databasePagePath(name, environment),
    },
  ];
}
