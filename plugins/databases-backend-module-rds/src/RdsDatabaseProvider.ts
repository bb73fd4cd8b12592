import type { FieldProblem } from '@slipway/input';
import {
  databaseEngineTitles,
  DatabaseEstimate,
  DatabasePlan,
  DatabasePlanItem,
} from '@slipway/plugin-databases-common';
import {
  findTools,
  type PostgresDatabaseProvider,
  tenantNames,
} from '@slipway/plugin-databases-backend-module-postgres';
import {
  CredentialsProvider,
  DatabaseProvider,
  DatabaseSpec,
  DatabaseTarget,
  EnsureRequest,
  findUnserved,
  ObservedDatabase,
  ObservedSession,
  ObservedDrift,
  OwnedDatabase,
  ProviderCapabilities,
  ProvisionStep,
  ReadContext,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { claimExisting, claimPrepared } from './claim';
import type { RdsProviderConfig } from './config';
import { type AwsClients, createClients } from './createClients';
import { nameInside, toExternalName } from './identifiers';
import { Insides } from './Insides';
import { Instances } from './Instances';
import type { OperationContext } from './operations/context';
import { destroyInstance } from './operations/destroyInstance';
import { listOwned } from './operations/listOwned';
import { listSessions } from './operations/listSessions';
import { observeInstance } from './operations/observeInstance';
import { ensureStep, steps } from './operations/steps';
import { Records } from './Records';
import { endpointOfRds, type ResolveEndpoint } from './resolveEndpoint';
import { isOfInstance, shapeOf } from './shape';

/**
 * Databases on AWS RDS, each on a Postgres instance of its own.
 * @public
 */
export class RdsDatabaseProvider implements DatabaseProvider {
  readonly id: string;
  readonly title: string;
  readonly credentials: CredentialsProvider;
  readonly backup?: DatabaseProvider['backup'];
  readonly restore?: DatabaseProvider['restore'];
  readonly #operation: OperationContext;
  readonly #clients: AwsClients;

  /**
   * Does not connect; the first call does.
   *
   * @param options - `resolveEndpoint`: where the Postgres of an instance is reached, when not where RDS says
   */
  static create(
    config: RdsProviderConfig,
    options: { resolveEndpoint?: ResolveEndpoint } = {},
  ): RdsDatabaseProvider {
    const { title, kmsKeyId, version, tools } = config;
    const clients = createClients(config);
    const { rds, secrets } = clients;
    const records = Records.create({ secrets, title, kmsKeyId });
    const resolveEndpoint = options.resolveEndpoint ?? endpointOfRds(config.ca);
    const operation: OperationContext = {
      config,
      hasTools: Boolean(findTools({ version, folder: tools })),
      records,
      instances: Instances.create({ rds, title }),
      insides: Insides.create({ config, records, resolveEndpoint }),
    };
    return new RdsDatabaseProvider(operation, clients);
  }

  private constructor(operation: OperationContext, clients: AwsClients) {
    this.#operation = operation;
    this.#clients = clients;
    this.id = operation.config.id;
    this.title = operation.config.title;
    if (operation.hasTools) {
      this.backup = (...args) => this.#backup(...args);
      this.restore = (...args) => this.#restore(...args);
    }
    this.credentials = {
      stage: (target, login, context) =>
        this.#inside(target, context, (provider, inside) =>
          provider.credentials.stage(inside, login, context),
        ),
      verify: (target, login, context) => this.#verify(target, login, context),
      activate: (target, slot, context) =>
        this.#handOver(target, context, (provider, inside) =>
          provider.credentials.activate(inside, slot, context),
        ),
      retire: (target, slot, context) =>
        this.#inside(target, context, (provider, inside) =>
          provider.credentials.retire(inside, slot, context),
        ),
      revokeAll: (target, context) =>
        this.#inside(target, context, (provider, inside) =>
          provider.credentials.revokeAll(inside, context),
        ),
      personal: {
        grant: (target, login, context) =>
          this.#handOver(target, context, (provider, inside) =>
            provider.credentials.personal.grant(inside, login, context),
          ),
        revoke: (target, loginId, context) =>
          this.#inside(target, context, (provider, inside) =>
            provider.credentials.personal.revoke(inside, loginId, context),
          ),
      },
    };
  }

  capabilities(): ProviderCapabilities {
    const { config, hasTools } = this.#operation;
    return {
      engine: 'postgres',
      versions: [config.version],
      environments: config.environments,
      backup: hasTools,
      restore: hasTools,
      clone: false,
      personalLogins: true,
      tls: true,
      encrypted: true,
      highAvailability: config.multiAz,
      enforced: ['storage', 'connections'],
      observed: ['statement-timeout', 'password'],
      notes: [
        'Each database is an instance of its own on AWS RDS: its processor, memory and storage are nobody else’s. It takes some minutes to be made and to be removed.',
        'Storage can be raised, and never lowered. Another size restarts the instance.',
        'When the storage is full, RDS stops the instance until it has more.',
        'Statement timeout is set and not enforced: a login can change its own timeout and password.',
        'A read-only login cannot change tables, but can store large objects.',
        hasTools
          ? 'A backup is proven on an instance of the same size, which is made for it and removed afterwards: that takes some minutes and is paid for.'
          : `There are no backups by the portal: pg_dump and pg_restore of Postgres ${config.version} or newer were not found.`,
        config.finalSnapshot
          ? 'RDS keeps a last snapshot when the database is removed. The portal does not restore it.'
          : 'Nothing is kept when the database is removed.',
        config.backupRetentionDays > 0
          ? `RDS makes a backup each day and keeps it for ${config.backupRetentionDays} days. The portal does not restore it.`
          : 'RDS makes no backups.',
      ],
    };
  }

  async validate(spec: DatabaseSpec): Promise<FieldProblem[]> {
    const { sizes } = this.#operation.config;
    const problems = findUnserved(this, spec);
    if (!sizes[spec.size]) {
      problems.push({
        field: 'size',
        message: `size is not served by ${this.title}. Choose one of ${Object.keys(sizes).join(', ')}.`,
      });
    }
    return problems;
  }

  async plan(
    target: DatabaseTarget,
    spec: DatabaseSpec,
  ): Promise<DatabasePlan> {
    const { config } = this.#operation;
    const seen = await this.observe(target, { spec });
    if (seen.status === 'foreign') {
      throw new TerminalError(
        `"${target.externalName}" is on ${this.title} already and is not ours`,
      );
    }
    const shape = shapeOf(config, spec);
    const change: DatabasePlanItem['change'] =
      seen.status === 'absent' ? 'create' : 'keep';
    const changeOf = (drift: ObservedDrift[]) =>
      drift.length > 0 ? 'change' : change;
    const names = tenantNames(nameInside(target.externalName));
    return {
      provider: { id: this.id, title: this.title },
      items: [
        {
          kind: 'instance',
          name: target.externalName,
          change: changeOf(seen.drift.filter(isOfInstance)),
          summary: `${databaseEngineTitles.postgres} ${config.version} on ${shape.DBInstanceClass} in ${config.region}, ${shape.AllocatedStorage} GiB encrypted, ${shape.MultiAZ ? 'two zones' : 'one zone'}`,
        },
        {
          kind: 'database',
          name: names.database,
          change: changeOf(seen.drift.filter(each => !isOfInstance(each))),
          summary: `${spec.limits.connectionLimit} connections`,
        },
        ...Object.values(names.logins).map(name => ({
          kind: 'login',
          name,
          change,
          summary: 'For the application; the two are used in turn',
        })),
      ],
      notes: this.capabilities().notes,
    };
  }

  /** The configured price, and nothing when there is none. */
  async estimate(spec: DatabaseSpec): Promise<DatabaseEstimate> {
    const { sizes, currency } = this.#operation.config;
    const amount = sizes[spec.size]?.pricePerMonth;
    return amount !== undefined && currency
      ? { pricePerMonth: { amount, currency } }
      : {};
  }

  externalName(input: { id: string; name: string }): string {
    return toExternalName(input);
  }

  steps(): ProvisionStep[] {
    return [...steps];
  }

  ensure(
    step: string,
    request: EnsureRequest,
    context: WriteContext,
  ): Promise<void> {
    return ensureStep(this.#operation, step, request, context);
  }

  observe(
    target: DatabaseTarget,
    options?: ReadContext & { spec?: DatabaseSpec },
  ): Promise<ObservedDatabase> {
    return observeInstance(this.#operation, target, options);
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
    const { instance, marker } = await claimExisting(
      this.#operation,
      target,
      context,
    );
    if (marker.prepared) {
      await this.#operation.insides.work(
        target,
        instance,
        (provider, inside) => provider.adopt(inside, context),
        context,
      );
    }
    return this.observe(target, context);
  }

  async nameOwner(
    target: DatabaseTarget,
    owner: string,
    context: WriteContext,
  ): Promise<void> {
    const { insides, instances } = this.#operation;
    const { instance, marker } = await claimExisting(
      this.#operation,
      target,
      context,
    );
    if (marker.prepared) {
      await insides.work(
        target,
        instance,
        (provider, inside) => provider.nameOwner(inside, owner, context),
        context,
      );
    }
    await instances.mark(instance, { owner }, context);
  }

  suspend(target: DatabaseTarget, context: WriteContext): Promise<void> {
    return this.#inside(target, context, (provider, inside) =>
      provider.suspend(inside, context),
    );
  }

  resume(target: DatabaseTarget, context: WriteContext): Promise<void> {
    return this.#inside(target, context, (provider, inside) =>
      provider.resume(inside, context),
    );
  }

  destroy(target: DatabaseTarget, context: WriteContext): Promise<void> {
    return destroyInstance(this.#operation, target, context);
  }

  /** Ends the sessions and connections that are kept open for the next call. */
  async close(): Promise<void> {
    await this.#operation.insides.close();
    this.#clients.rds.destroy();
    this.#clients.secrets.destroy();
  }

  /** As {@link RdsDatabaseProvider.#inside}, for what gives somebody a login: from then on a removal keeps a last snapshot. */
  async #handOver<T>(
    target: DatabaseTarget,
    context: WriteContext,
    what: (
      provider: PostgresDatabaseProvider,
      inside: DatabaseTarget,
    ) => Promise<T>,
  ): Promise<T> {
    const { insides, instances } = this.#operation;
    const { instance, marker } = await claimPrepared(
      this.#operation,
      target,
      context,
    );
    if (!marker.used) {
      await instances.mark(instance, { used: true }, context);
    }
    return insides.work(target, instance, what, context);
  }

  async #backup(
    ...[target, sink, context]: Parameters<
      NonNullable<DatabaseProvider['backup']>
    >
  ) {
    // It may fail while nobody writes into it, and an error that nobody listens to would end the process.
    sink.on('error', () => {});
    try {
      return await this.#inside(target, context, (provider, inside) =>
        provider.backup!(inside, sink, context),
      );
    } catch (error) {
      sink.destroy(error as Error);
      throw error;
    }
  }

  async #restore(
    ...[target, dump, context]: Parameters<
      NonNullable<DatabaseProvider['restore']>
    >
  ) {
    // As with the sink of a backup.
    dump.content.on('error', () => {});
    try {
      return await this.#inside(target, context, (provider, inside) =>
        provider.restore!(inside, dump, context),
      );
    } finally {
      dump.content.destroy();
    }
  }

  /** Changes something inside an instance that is ours. */
  async #inside<T>(
    target: DatabaseTarget,
    context: WriteContext,
    what: (
      provider: PostgresDatabaseProvider,
      inside: DatabaseTarget,
    ) => Promise<T>,
  ): Promise<T> {
    const { instance } = await claimPrepared(this.#operation, target, context);
    return this.#operation.insides.work(target, instance, what, context);
  }

  async #verify(
    target: DatabaseTarget,
    login: Parameters<CredentialsProvider['verify']>[1],
    context?: ReadContext,
  ) {
    const { instances, insides } = this.#operation;
    const instance = await instances.find(target.externalName, context);
    if (!instance) {
      throw new TerminalError(
        `There is no instance "${target.externalName}" any more`,
      );
    }
    return insides.work(
      target,
      instance,
      (provider, inside) => provider.credentials.verify(inside, login, context),
      context,
    );
  }
}
