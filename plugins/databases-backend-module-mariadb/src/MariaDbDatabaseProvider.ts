import type { FieldProblem } from '@slipway/input';
import {
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
  ObservedDatabase,
  ObservedSession,
  OwnedDatabase,
  ProviderCapabilities,
  ProvisionStep,
  ReadContext,
  SlowQueries,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { MariaDbProviderConfig } from './config';
import { tenantNames, toExternalName } from './identifiers';
import { OperationContext } from './operations/context';
import { destroyDatabase } from './operations/destroyDatabase';
import { listOwned } from './operations/listOwned';
import { listSessions } from './operations/listSessions';
import { listWorkloadSessions } from './operations/listWorkloadSessions';
import { measureDatabase } from './operations/measureDatabase';
import { nameOwner } from './operations/nameOwner';
import { observeDatabase } from './operations/observeDatabase';
import { grantPersonalLogin, revokePersonalLogin } from './operations/personal';
import { readSlowQueries } from './operations/readSlowQueries';
import { steps } from './operations/steps';
import { resume, suspend } from './operations/suspend';
import { verifyLogin } from './operations/verifyLogin';
import {
  activateLogin,
  retireLogin,
  revokeAllLogins,
  stageLogin,
} from './operations/workloadLogins';
import { MariaDbServer, ServerTimeouts } from './MariaDbServer';
import { claimRecord } from './tenant';

/**
 * Databases on a MariaDB server that several tenants share.
 * @public
 */
export class MariaDbDatabaseProvider implements DatabaseProvider {
  readonly id: string;
  readonly title: string;
  readonly credentials: CredentialsProvider;
  readonly #operation: OperationContext;

  /**
   * Does not connect; the first call does.
   *
   * @param timeouts - in milliseconds; for tests
   */
  static create(
    config: MariaDbProviderConfig,
    timeouts?: ServerTimeouts,
  ): MariaDbDatabaseProvider {
    const server = MariaDbServer.create(config, timeouts);
    return new MariaDbDatabaseProvider({ server, config });
  }

  private constructor(operation: OperationContext) {
    this.#operation = operation;
    this.id = operation.config.id;
    this.title = operation.config.title;
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
    const { config } = this.#operation;
    return {
      engine: 'mysql',
      versions: [config.version],
      environments: config.environments,
      backup: false,
      restore: false,
      clone: false,
      personalLogins: true,
      tls: Boolean(config.connection.ssl),
      encrypted: config.encrypted,
      highAvailability: config.highAvailability,
      enforced: ['connections'],
      observed: ['storage', 'statement-timeout', 'password'],
      tells: ['size', 'sessions', 'slow-queries'],
      notes: [
        'The server is MariaDB, which understands what MySQL 5.7 understands and most of what MySQL 8 does.',
        'The server is shared: its processor, memory and connections are not divided between databases, and a login sets itself how long its statements may take.',
        'The limit of connections is for each login: the application has two while its password changes.',
        'Whoever may drop tables may drop the whole database, as everywhere in MySQL: the application, and people who build. Only a backup helps then.',
        'Whoever reads only can lock rows all the same (SELECT … FOR UPDATE), and the application waits for them. A person’s statements are stopped after the same time as the application’s, unless the session sets another.',
        'Prepared statements are counted for all databases of the server together: a login that keeps thousands of them open keeps everybody from preparing more (error 1461). Close them.',
        'Prepared transactions (XA) are the server’s: a login of any database sees the names of all, and can end them. Do not use them here.',
        'Events (CREATE EVENT) are not allowed. People’s logins make no views, triggers and routines.',
        'Names of locks (GET_LOCK) are the same for all databases on the server.',
        'There are no backups of a single database yet.',
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
    const logins = seen.drift.length > 0 ? 'change' : change;
    const { connectionLimit, storageGiB } = spec.limits;
    return {
      provider: { id: this.id, title: this.title },
      items: [
        {
          kind: 'database',
          name: names.database,
          change,
          summary: `MariaDB ${spec.version ?? this.#operation.config.version}, ${storageGiB} GiB, ${connectionLimit} connections`,
        },
        {
          kind: 'login',
          name: names.logins.a,
          change: logins,
          summary: 'For the application; its password goes to the secret store',
        },
        {
          kind: 'login',
          name: names.logins.b,
          change: logins,
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
      session => claimRecord(session, target, context),
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

  /** Ends the sessions that are kept open for the next call. */
  async close(): Promise<void> {
    await this.#operation.server.close();
  }
}
