import { createApiRef } from '@backstage/frontend-plugin-api';
import type {
  BlastRadius,
  CostGrouping,
  CostQuery,
  CostRows,
  Costs,
  Database,
  DatabaseAccepted,
  DatabaseBackupsPage,
  DatabaseEventsPage,
  DatabaseHealth,
  DatabaseOperation,
  DatabaseOptions,
  DatabaseQuota,
  DatabaseRequestInput,
  DatabaseRotation,
  DatabaseSlowQueries,
  DatabasesPage,
  DatabasesQuery,
  DeletionRequest,
  ExtendRequest,
  ForeignDatabaseReport,
  ForeignDatabases,
  HandOnRequestInput,
  IdleDatabases,
  PersonalLogin,
  PersonalLoginRequest,
  PersonalLoginReveal,
  ResizeRequest,
  RestoreRequest,
} from '@slipway/plugin-databases-common';

/**
 * What can be asked of a database that starts work on it.
 * @public
 */
export type DatabaseChange =
  | 'suspend'
  | 'resume'
  | 'retry'
  | 'cancel'
  | 'give-up'
  | 'rotate'
  | 'undo-rotation'
  | 'retire-login'
  | 'revoke-logins'
  | 'backup'
  | 'withdraw-resize'
  | 'delete';

/**
 * The databases service. All methods throw a `ResponseError` when the service
 * refuses; its message names the field and the way out.
 *
 * @public
 */
export interface DatabasesApi {
  getOptions(): Promise<DatabaseOptions>;
  /** What a group may have in a place, and has; undefined where nothing is limited. */
  getQuota(place: {
    owner: string;
    environment: string;
    engine: string;
  }): Promise<DatabaseQuota | undefined>;
  list(query?: DatabasesQuery): Promise<DatabasesPage>;
  get(id: string): Promise<Database>;
  getByName(environment: string, name: string): Promise<Database>;
  /** @param key - the same for each attempt of the same order */
  order(request: DatabaseRequestInput, key: string): Promise<DatabaseAccepted>;
  /** What is hit when it is suspended or deleted, looked at now. */
  getBlastRadius(id: string): Promise<BlastRadius>;
  /** @param key - the same for each attempt of the same change */
  change(
    id: string,
    change: DatabaseChange,
    key: string,
    options?: DeletionRequest,
  ): Promise<DatabaseAccepted>;
  /**
   * Makes another group the owner.
   * @param key - the same for each attempt of the same change
   */
  handOn(
    id: string,
    request: HandOnRequestInput,
    key: string,
  ): Promise<DatabaseAccepted>;
  /** What the databases cost that the person may see. */
  getCosts(query: CostQuery, by: CostGrouping): Promise<Costs>;
  listCosts(
    query: CostQuery,
    page: { offset: number; limit: number },
  ): Promise<CostRows>;
  exportCosts(format: 'csv' | 'json', query: CostQuery): Promise<Blob>;
  listIdle(): Promise<IdleDatabases>;
  /** How it is used, and was in the last days. */
  getHealth(id: string, days: number): Promise<DatabaseHealth>;
  /** A question to its server. */
  getSlowQueries(id: string): Promise<DatabaseSlowQueries>;
  /** The newest first. */
  listBackups(id: string, cursor?: string): Promise<DatabaseBackupsPage>;
  /**
   * Replaces what the database holds by what a backup of it holds.
   * @param key - the same for each attempt of the same restore
   */
  restore(
    id: string,
    request: RestoreRequest,
    key: string,
  ): Promise<DatabaseAccepted>;
  /**
   * Gives the database another size.
   * @param key - the same for each attempt of the same change
   */
  resize(
    id: string,
    request: ResizeRequest,
    key: string,
  ): Promise<DatabaseAccepted>;
  /** How it stands with the logins of the application. */
  getRotation(id: string): Promise<DatabaseRotation>;
  /**
   * Gives the database a later end.
   * @param key - the same for each attempt of the same change
   */
  extend(
    id: string,
    request: ExtendRequest,
    key: string,
  ): Promise<DatabaseAccepted>;
  /** Servers on which can be looked for databases that the platform does not own. */
  listImportServers(): Promise<{ id: string; title: string }[]>;
  listForeign(providerId: string): Promise<ForeignDatabases>;
  /** Looks at a database that the platform does not own, and alters nothing. */
  inspectForeign(
    providerId: string,
    name: string,
  ): Promise<ForeignDatabaseReport>;
  /** The timeline, oldest first. */
  getEvents(id: string, cursor?: string): Promise<DatabaseEventsPage>;
  getOperation(id: string): Promise<DatabaseOperation>;
  listPersonalLogins(id: string): Promise<PersonalLogin[]>;
  /** The one answer that holds the password. */
  createPersonalLogin(
    id: string,
    request: PersonalLoginRequest,
  ): Promise<PersonalLoginReveal>;
  revokePersonalLogin(id: string, loginId: string): Promise<void>;
}

/** @public */
export const databasesApiRef = createApiRef<DatabasesApi>().with({
  id: 'plugin.databases.client',
  pluginId: 'databases',
});
