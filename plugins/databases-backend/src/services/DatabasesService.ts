import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { NotFoundError } from '@backstage/errors';
import type { DurableOperations, Operation } from '@slipway/operations';
import {
  databaseCredentialsCreatePermission,
  databaseReadPermission,
  type Database,
  type DatabaseAccepted,
  type DatabaseEventsPage,
  type DatabaseOperation,
  type DatabasesPage,
  type DatabasesQuery,
} from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import { summarizeBackups } from '../database/backups';
import { readHealthRows } from '../database/health';
import { priceIn } from '../database/prices';
import { listPendingChanges } from '../database/pendingChanges';
import {
  findDatabaseByName,
  findName,
  getDatabase,
  listDatabases,
} from '../database/readDatabases';
import type { DatabaseRecord } from '../database/rows';
import type { Access } from './Access';
import {
  toDatabase,
  toDatabaseEvent,
  toDatabaseOperation,
} from './presentation';
import { protectionOf } from './protection';
import type { Providers } from './Providers';

const EVENTS_PAGE = 200;

/** What the services of this plugin share. */
export interface ServiceDeps {
  knex: Knex;
  operations: DurableOperations;
  providers: Providers;
  access: Access;
  config: DatabasesConfig;
}

/** Reads databases, as far as the caller may see them. */
export class DatabasesService {
  readonly #deps: ServiceDeps;

  static create(deps: ServiceDeps): DatabasesService {
    return new DatabasesService(deps);
  }

  private constructor(deps: ServiceDeps) {
    this.#deps = deps;
  }

  async list(
    query: DatabasesQuery,
    credentials: BackstageCredentials,
  ): Promise<DatabasesPage> {
    const { knex, access } = this.#deps;
    const { items, totalItems } = await listDatabases(knex, {
      ...query,
      criteria: await access.readable(credentials),
      ownedBy: query.mine ? await access.ownershipOf(credentials) : undefined,
    });
    return { items: await this.present(items), totalItems };
  }

  async get(id: string, credentials: BackstageCredentials): Promise<Database> {
    const record = await this.readable(id, credentials);
    return (await this.present([record]))[0];
  }

  async getByName(
    environment: string,
    name: string,
    credentials: BackstageCredentials,
  ): Promise<Database> {
    const { knex, access } = this.#deps;
    const record = await findDatabaseByName(knex, environment, name);
    if (
      !record ||
      !(await access.may(credentials, databaseReadPermission, record))
    ) {
      throw new NotFoundError(
        `There is no database with the name '${name}' in ${environment}`,
      );
    }
    return (await this.present([record]))[0];
  }

  /** What is recorded of a database whatever becomes of the request: its name too, by which people look for it. */
  async subject(id: string): Promise<Record<string, string>> {
    return { databaseId: id, ...(await findName(this.#deps.knex, id)) };
  }

  async events(
    id: string,
    cursor: string | undefined,
    credentials: BackstageCredentials,
  ): Promise<DatabaseEventsPage> {
    const { access, operations, providers } = this.#deps;
    const record = await this.readable(id, credentials);
    const seesLogins = await access.may(
      credentials,
      databaseCredentialsCreatePermission,
      record,
    );
    const events = await operations.listEvents({
      resourceId: id,
      after: cursor,
      limit: EVENTS_PAGE,
    });
    return {
      items: events
        // Who holds logins is for those who may hand them out, here as in their list.
        .filter(({ type }) => seesLogins || !type.startsWith('personal-login.'))
        .map(event => toDatabaseEvent(event, providers)),
      nextCursor: events.length === EVENTS_PAGE ? events.at(-1)?.id : undefined,
    };
  }

  async operation(
    id: string,
    credentials: BackstageCredentials,
  ): Promise<DatabaseOperation> {
    const operation = await this.#deps.operations.getOperation(id);
    await this.readable(operation.resourceId, credentials).catch(() => {
      throw new NotFoundError(`No operation with id '${id}'`);
    });
    return this.#presentOperation(operation);
  }

  /** The answer to whatever starts work, as it is now. */
  async accepted(ids: {
    databaseId: string;
    operationId: string;
  }): Promise<DatabaseAccepted> {
    const { knex, operations } = this.#deps;
    const operation = await operations.getOperation(ids.operationId);
    const record = await getDatabase(knex, ids.databaseId);
    return {
      database: (await this.present([record]))[0],
      operation: await this.#presentOperation(operation),
    };
  }

  /** The record, if the caller may see it. */
  async readable(
    id: string,
    credentials: BackstageCredentials,
  ): Promise<DatabaseRecord> {
    const { knex, access } = this.#deps;
    const record = await getDatabase(knex, id);
    await access.assertMay(credentials, databaseReadPermission, record);
    return record;
  }

  async #presentOperation(operation: Operation): Promise<DatabaseOperation> {
    const { operations, providers } = this.#deps;
    const { pausedScope } = operation;
    const pauses = pausedScope ? await operations.listPauses() : [];
    return toDatabaseOperation(operation, {
      pause: pauses.find(({ scope }) => scope === pausedScope),
      providers,
    });
  }

  /** Records as the portal shows them, in their order. */
  async present(records: DatabaseRecord[]): Promise<Database[]> {
    const { config, knex, operations, providers } = this.#deps;
    const ids = records.map(r => r.id);
    const latest: Map<string, Operation> =
      await operations.latestOperations(ids);
    const pending = await listPendingChanges(knex, ids);
    const backups = config.backups && (await summarizeBackups(knex, ids));
    const health = await readHealthRows(knex, ids);
    return records.map(record =>
      toDatabase(record, {
        health: health.get(record.id),
        // By the list as it is now, which is what it costs from now on.
        pricePerMonth: priceIn(config.sizes, record.spec.size),
        providerTitle: providers.titleOf(record.provider_id),
        operation: latest.get(record.id),
        pending: pending.get(record.id),
        backups: backups && (backups.get(record.id) ?? {}),
        protection: providers.has(record.provider_id)
          ? protectionOf(
              config,
              providers.get(record.provider_id),
              record.environment,
            )
          : undefined,
      }),
    );
  }
}
