import type { FieldProblem } from '@slipway/input';
import type {
  DatabaseEndpoint,
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
  nameOutside,
  ObservedDatabase,
  OwnedDatabase,
  ProvidedLogin,
  ProviderCapabilities,
  ProvisionStep,
  ReadContext,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { change, OperationContext } from './change';
import type { ExampleProviderConfig } from './config';
import { observe } from './observe';
import { grantPersonalLogin, revokePersonalLogin } from './personalLogins';
import { loginNames } from './records';
import { steps } from './steps';
import { TeamApi } from './TeamApi';
import { verifyLogin } from './verifyLogin';
import {
  activateLogin,
  resume,
  retireLogin,
  revokeAllLogins,
  stageLogin,
  suspend,
} from './workloadLogins';

/**
 * Databases that another team hands out by an HTTP API.
 * @public
 */
export class ExampleDatabaseProvider implements DatabaseProvider {
  readonly id: string;
  readonly title: string;
  readonly credentials: CredentialsProvider;
  readonly #config: ExampleProviderConfig;
  readonly #operation: OperationContext;

  /**
   * Does not connect; the first call does.
   *
   * @param timeoutMs - within which an answer has to come; for tests
   */
  static create(
    config: ExampleProviderConfig,
    timeoutMs?: number,
  ): ExampleDatabaseProvider {
    return new ExampleDatabaseProvider(config, timeoutMs);
  }

  private constructor(config: ExampleProviderConfig, timeoutMs?: number) {
    this.id = config.id;
    this.title = config.title;
    this.#config = config;
    const operation = {
      api: new TeamApi(config, timeoutMs),
      title: config.title,
    };
    this.#operation = operation;
    this.credentials = {
      stage: async (target, login, context) => {
        await stageLogin(operation, target, login, context);
        const { externalName } = target;
        return this.#provided(target, loginNames(externalName)[login.slot]);
      },
      verify: (...args) => verifyLogin(operation, ...args),
      activate: (...args) => activateLogin(operation, ...args),
      retire: (...args) => retireLogin(operation, ...args),
      revokeAll: (...args) => revokeAllLogins(operation, ...args),
      personal: {
        grant: async (target, ...args) =>
          this.#provided(
            target,
            await grantPersonalLogin(operation, target, ...args),
          ),
        revoke: (...args) => revokePersonalLogin(operation, ...args),
      },
    };
  }

  capabilities(): ProviderCapabilities {
    return {
      // What the other team's databases speak: one of `databaseEngines`.
      engine: 'mongodb',
      versions: ['1.0'],
      environments: this.#config.environments,
      backup: false,
      restore: false,
      clone: false,
      personalLogins: true,
      tls: this.#config.url.startsWith('https:'),
      enforced: ['connections'],
      // What the API does not know is in neither list, and said.
      observed: [],
      notes: [
        'Storage is not limited, and there is no timeout of statements.',
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
    const made = seen.status === 'absent' ? 'create' : 'keep';
    const names = loginNames(target.externalName);
    return {
      provider: { id: this.id, title: this.title },
      items: [
        {
          kind: 'database',
          name: target.externalName,
          change: seen.drift.length > 0 ? 'change' : made,
          summary: `${spec.limits.connectionLimit} connections`,
        },
        ...Object.values(names).map(name => ({
          kind: 'login' as const,
          name,
          change: made as 'create' | 'keep',
          summary: 'For the application; the two are used in turn',
        })),
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
    const endpoint = this.#endpoint(target);
    return observe(this.#operation, target, endpoint, options);
  }

  async listOwned(context?: ReadContext): Promise<OwnedDatabase[]> {
    const records = await this.#operation.api.list(context);
    return records.flatMap(({ name: externalName, labels, dropped }) =>
      labels?.managedBy === 'slipway' && !dropped
        ? [
            {
              id: labels.id,
              externalName,
              name: labels.name,
              environment: labels.environment,
              owner: labels.owner,
              fence: BigInt(labels.fence),
            },
          ]
        : [],
    );
  }

  async adopt(
    target: DatabaseTarget,
    context: WriteContext,
  ): Promise<ObservedDatabase> {
    // Writes the fence, as each change does.
    await change(this.#operation, target, context, () => {});
    return this.observe(target, context);
  }

  nameOwner(
    target: DatabaseTarget,
    owner: string,
    context: WriteContext,
  ): Promise<void> {
    return change(this.#operation, target, context, ({ labels }) => {
      labels.owner = owner;
    });
  }

  suspend(target: DatabaseTarget, context: WriteContext): Promise<void> {
    return suspend(this.#operation, target, context);
  }

  resume(target: DatabaseTarget, context: WriteContext): Promise<void> {
    return resume(this.#operation, target, context);
  }

  /** Leaves a record without content, which holds the fence. */
  destroy(target: DatabaseTarget, context: WriteContext): Promise<void> {
    const nobody = { name: '', environment: '', owner: '', suspended: false };
    return change(
      this.#operation,
      target,
      context,
      record => {
        record.logins = {};
        delete record.connectionLimit;
        record.dropped = true;
        Object.assign(record.labels, nobody);
        delete record.labels.active;
      },
      { make: () => nobody },
    );
  }

  #provided(target: DatabaseTarget, username: string): ProvidedLogin {
    return { username, endpoint: this.#endpoint(target) };
  }

  #endpoint({ externalName }: DatabaseTarget): DatabaseEndpoint {
    const { hostname, port, protocol } = new URL(this.#config.url);
    const tls = protocol === 'https:';
    return {
      host: hostname,
      port: Number(port) || (tls ? 443 : 80),
      database: externalName,
      tls,
    };
  }
}
