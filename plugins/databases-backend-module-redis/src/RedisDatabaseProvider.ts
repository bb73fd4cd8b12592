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
  nameOutside,
  ObservedDatabase,
  ObservedSession,
  OwnedDatabase,
  ProviderCapabilities,
  ProvisionStep,
  ReadContext,
  TerminalError,
  WatchOptions,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { RedisProviderConfig } from './config';
import { tenantNames } from './identifiers';
import { OperationContext } from './operations/context';
import { describeSessions } from './operations/describeSessions';
import { destroyDatabase } from './operations/destroyDatabase';
import { listOwned } from './operations/listOwned';
import { listWorkloadSessions } from './operations/listWorkloadSessions';
import { measureDatabase } from './operations/measureDatabase';
import { nameOwner } from './operations/nameOwner';
import { observeDatabase } from './operations/observeDatabase';
import { grantPersonalLogin, revokePersonalLogin } from './operations/personal';
import { steps } from './operations/steps';
import { resume, suspend } from './operations/suspend';
import { verifyLogin } from './operations/verifyLogin';
import {
  activateLogin,
  retireLogin,
  revokeAllLogins,
  stageLogin,
} from './operations/workloadLogins';
import { RedisServer, ServerTimeouts } from './RedisServer';
import { change, existing } from './tenant';
import { RedisWatch } from './watch/RedisWatch';

/**
 * Databases on a Redis server that several tenants share: keys that begin alike, and
 * logins that reach no others.
 * @public
 */
export class RedisDatabaseProvider implements DatabaseProvider {
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
    config: RedisProviderConfig,
    timeouts?: ServerTimeouts,
  ): RedisDatabaseProvider {
    const server = RedisServer.create(config, timeouts);
    return new RedisDatabaseProvider({ server, config });
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
      engine: 'redis',
      versions: [config.version],
      environments: config.environments,
      backup: false,
      restore: false,
      clone: false,
      personalLogins: true,
      tls: Boolean(config.connection.ssl),
      encrypted: config.encrypted,
      highAvailability: config.highAvailability,
      enforced: [],
      observed: ['storage', 'connections', 'password'],
      tells: ['size', 'sessions'],
      notes: [
        'Every key and channel begins with the name of the database and a colon; the server refuses all others. Set that as the prefix of your client.',
        'The server is shared: its memory is not divided between databases. It is measured; whoever fills it keeps all others from writing. Use it for what can be lost.',
        'Commands run one after the other for all databases: a slow one holds up everybody, and nothing ends it; there is no timeout of statements.',
        'There are no KEYS, SCAN, RANDOMKEY, DBSIZE and FLUSHDB, which show or take neighbours’ keys: remember in a set which keys there are.',
        'There are no scripts and functions (EVAL, FCALL), which hold up everybody while they run. What needs them, such as BullMQ, needs a server of its own.',
        'There is one database, number 0, and no SELECT.',
        'The limit of connections is for each login. It is looked at every few seconds, and the newest that are too many are ended.',
        'People’s logins are ended by the portal: while it does not run, they last longer.',
        'There are no backups of a single database.',
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
    const made = seen.status === 'absent' ? 'create' : 'keep';
    const logins = seen.drift.length > 0 ? 'change' : made;
    const { connectionLimit, storageGiB } = spec.limits;
    return {
      provider: { id: this.id, title: this.title },
      items: [
        {
          kind: 'database',
          name: names.database,
          change: made,
          summary: `Redis ${spec.version ?? this.#operation.config.version}, ${storageGiB} GiB of memory, ${connectionLimit} connections; keys begin with "${names.database}:"`,
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
    return nameOutside(input);
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

  sessions(
    target: DatabaseTarget,
    context?: ReadContext,
  ): Promise<ObservedSession[]> {
    return describeSessions(this.#operation, target, context);
  }

  listOwned(context?: ReadContext): Promise<OwnedDatabase[]> {
    return listOwned(this.#operation, context);
  }

  async adopt(
    target: DatabaseTarget,
    context: WriteContext,
  ): Promise<ObservedDatabase> {
    await change(this.#operation.server, target, context, tenant => {
      existing(tenant);
      return { result: undefined };
    });
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
    return RedisWatch.create(this.#operation.server).run(options);
  }

  /** Ends the sessions that are kept open for the next call. */
  async close(): Promise<void> {
    await this.#operation.server.close();
  }
}
