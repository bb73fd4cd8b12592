import type { FieldProblem } from '@slipway/input';
import {
  databaseEngineTitles,
  DatabaseEstimate,
  DatabasePlan,
} from '@slipway/plugin-databases-common';
import {
  CredentialsProvider,
  DatabaseProvider,
  DatabaseSpec,
  DatabaseTarget,
  EnsureRequest,
  findUnserved,
  MeasuredDatabase,
  ForeignDatabase,
  ForeignDatabaseName,
  ObservedDatabase,
  ObservedSession,
  OwnedDatabase,
  ProviderCapabilities,
  ProvisionStep,
  ReadContext,
  SlowQueries,
  TerminalError,
  WatchOptions,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { PostgresProviderConfig } from './config';
import { tenantNames, toExternalName } from './identifiers';
import { OperationContext } from './operations/context';
import { backupDatabase } from './operations/backupDatabase';
import { destroyDatabase } from './operations/destroyDatabase';
import { grantPersonalLogin } from './operations/grantPersonalLogin';
import { inspectDatabase, listForeign } from './operations/inspectDatabase';
import { listOwned } from './operations/listOwned';
import { listSessions } from './operations/listSessions';
import { listWorkloadSessions } from './operations/listWorkloadSessions';
import { measureDatabase } from './operations/measureDatabase';
import { nameOwner } from './operations/nameOwner';
import { observeDatabase } from './operations/observeDatabase';
import { readSlowQueries } from './operations/readSlowQueries';
import { restoreDatabase } from './operations/restoreDatabase';
import { revokePersonalLogin } from './operations/revokePersonalLogin';
import { steps } from './operations/steps';
import { resume, suspend } from './operations/suspend';
import { verifyLogin } from './operations/verifyLogin';
import {
  activateLogin,
  retireLogin,
  revokeAllLogins,
  stageLogin,
} from './operations/workloadLogins';
import { PostgresServer, ServerTimeouts } from './PostgresServer';
import { LockWatch } from './locks/LockWatch';
import { claimExisting } from './tenant';
import { findTools } from './tools/findTools';

/**
 * Logical databases on a Postgres server that several tenants share.
 * @public
 */
export class PostgresDatabaseProvider implements DatabaseProvider {
  readonly id: string;
  readonly title: string;
  readonly credentials: CredentialsProvider;
  readonly backup?: DatabaseProvider['backup'];
  readonly restore?: DatabaseProvider['restore'];
  readonly #operation: OperationContext;

  /**
   * Does not connect; the first call does.
   *
   * @param timeouts - in milliseconds, those that are other than usual; for tests
   */
  static create(
    config: PostgresProviderConfig,
    timeouts?: Partial<ServerTimeouts>,
  ): PostgresDatabaseProvider {
    const server = PostgresServer.create(config, timeouts);
    const tools = findTools({ version: config.version, folder: config.tools });
    return new PostgresDatabaseProvider({ server, config, tools });
  }

  private constructor(operation: OperationContext) {
    this.#operation = operation;
    this.id = operation.config.id;
    this.title = operation.config.title;
    const { tools } = operation;
    if (tools) {
      const withTools = { ...operation, tools };
      this.backup = (...args) => backupDatabase(withTools, ...args);
      this.restore = (...args) => restoreDatabase(withTools, ...args);
    }
    this.credentials = {
      stage: (...args) => stageLogin(operation, ...args),
      verify: (...args) => verifyLogin(operation, ...args),
      activate: (...args) => activateLogin(operation, ...args),
      retire: (...args) => retireLogin(operation, ...args),
      revokeAll: (...args) => revokeAllLogins(operation, ...args),
      sessions: (...args) => listWorkloadSessions(operation, ...args),
      personal: {
        grant: (...args) => grantPersonalLogin(operation, ...args),
        revoke: (...args) => revokePersonalLogin(operation, ...args),
      },
    };
  }

  capabilities(): ProviderCapabilities {
    const { config, tools } = this.#operation;
    return {
      engine: 'postgres',
      versions: [config.version],
      environments: config.environments,
      backup: Boolean(tools),
      restore: Boolean(tools),
      clone: false,
      personalLogins: true,
      tls: Boolean(config.connection.ssl),
      encrypted: config.encrypted,
      highAvailability: config.highAvailability,
      enforced: ['connections'],
      observed: ['storage', 'statement-timeout', 'password'],
      tells: ['size', 'sessions', 'cache-hits', 'slow-queries'],
      notes: [
        'The server is shared: its processor and memory are not divided between databases, and a login sets itself how much its statements take.',
        'So is its table of locks: a login of one database, even a read-only one, can fill it and hold up all the others for some seconds, until its sessions are ended.',
        'So is its table of what serializable transactions have read: a login of one database can fill it, and such transactions fail in all the others then.',
        'So is its queue of notifications: a login of one database, even a read-only one, can fill it, and all the others cannot send any then.',
        'Some work cannot be stopped, such as a search in an XML document. Its session outlives a timeout and a revocation until the work is done.',
        'Storage and statement timeout are set and not enforced: a login can change its own timeout and password.',
        'A read-only login cannot change tables, but can store large objects.',
        'The names of all databases and logins on the server can be read by each of them.',
        ...(tools
          ? [
              'A backup holds what is in the database and which rights its own roles have. After a restore all belongs to its owner, and what anybody else was given, and on large objects, has to be given anew.',
            ]
          : [
              `There are no backups: pg_dump and pg_restore of Postgres ${config.version} or newer were not found ${config.tools ? 'in the folder of the configuration' : 'on the PATH'}.`,
            ]),
      ],
    };
  }

  async validate(spec: DatabaseSpec): Promise<FieldProblem[]> {
    return findUnserved(this, spec);
  }

  async plan(
    target: DatabaseTarget,
    spec: DatabaseSpec,
  ): Promise<DatabasePlan> {
    const seen = await this.observe(target, { spec });
    if (seen.status === 'foreign') {
      throw new TerminalError(
        `"${target.externalName}" is on ${this.title} already and is not ours`,
      );
    }
    const names = tenantNames(target.externalName);
    const change = seen.status === 'absent' ? 'create' : 'keep';
    const database = seen.drift.length > 0 ? 'change' : change;
    const { connectionLimit, storageGiB } = spec.limits;
    return {
      provider: { id: this.id, title: this.title },
      items: [
        {
          kind: 'database',
          name: names.database,
          change: database,
          summary: `${databaseEngineTitles.postgres} ${spec.version ?? this.#operation.config.version}, ${storageGiB} GiB, ${connectionLimit} connections`,
        },
        {
          kind: 'role',
          name: names.owner,
          change,
          summary: 'Owns the schemas; nobody logs in as it',
        },
        {
          kind: 'login',
          name: names.logins.a,
          change,
          summary: 'For the application; its password goes to the secret store',
        },
        {
          kind: 'login',
          name: names.logins.b,
          change,
          summary: 'For the application after the next change of its password',
        },
      ],
      notes: this.capabilities().notes,
    };
  }

  /** What a size costs is the installation's configuration, not known here. */
  async estimate(): Promise<DatabaseEstimate> {
    return {};
  }

  externalName(input: { id: string; name: string }): string {
    return toExternalName(input);
  }

  steps(): ProvisionStep[] {
    return steps.list();
  }

  ensure(
    step: string,
    request: EnsureRequest,
    context: WriteContext,
  ): Promise<void> {
    return steps.ensure(this.#operation, step, request, context);
  }

  observe(
    target: DatabaseTarget,
    options?: ReadContext & { spec?: DatabaseSpec },
  ): Promise<ObservedDatabase> {
    return observeDatabase(this.#operation, target, options);
  }

  async measure(
    target: DatabaseTarget,
    context?: ReadContext,
  ): Promise<MeasuredDatabase | undefined> {
    return measureDatabase(this.#operation, target, context);
  }

  async slowQueries(
    target: DatabaseTarget,
    options: ReadContext & { limit: number },
  ): Promise<SlowQueries> {
    return readSlowQueries(this.#operation, target, options);
  }

  listForeign(context?: ReadContext): Promise<ForeignDatabaseName[]> {
    return listForeign(this.#operation, context);
  }

  inspect(
    name: string,
    context?: ReadContext,
  ): Promise<ForeignDatabase | undefined> {
    return inspectDatabase(this.#operation, name, context);
  }

  sessions(
    target: DatabaseTarget,
    context?: ReadContext,
  ): Promise<ObservedSession[]> {
    return listSessions(this.#operation, target, context);
  }

  listOwned(context?: ReadContext): Promise<OwnedDatabase[]> {
    return listOwned(this.#operation, context);
  }

  async adopt(
    target: DatabaseTarget,
    context: WriteContext,
  ): Promise<ObservedDatabase> {
    await this.#operation.server.exclusively(
      target.id,
      session => claimExisting(session, target, context),
      context,
    );
    return this.observe(target, context);
  }

  nameOwner(
    target: DatabaseTarget,
    owner: string,
    context: WriteContext,
  ): Promise<void> {
    return nameOwner(this.#operation, target, owner, context);
  }

  suspend(target: DatabaseTarget, context: WriteContext): Promise<void> {
    return suspend(this.#operation, target, context);
  }

  resume(target: DatabaseTarget, context: WriteContext): Promise<void> {
    return resume(this.#operation, target, context);
  }

  destroy(target: DatabaseTarget, context: WriteContext): Promise<void> {
    return destroyDatabase(this.#operation, target, context);
  }

  watch(options: WatchOptions): Promise<void> {
    return LockWatch.create(this.#operation).run(options);
  }

  /** Ends the sessions that are kept open for the next call. */
  async close(): Promise<void> {
    await this.#operation.server.close();
  }
}
