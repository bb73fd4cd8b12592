import type { DBInstance } from '@aws-sdk/client-rds';
import {
  bootstrapServer,
  LoginRefusedError,
  PostgresDatabaseProvider,
  type PostgresProviderConfig,
} from '@slipway/plugin-databases-backend-module-postgres';
import {
  DatabaseTarget,
  ReadContext,
  RetryableError,
  TerminalError,
} from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import type { RdsProviderConfig } from './config';
import { nameInside } from './identifiers';
import type { Records } from './Records';
import type { InstanceEndpoint, ResolveEndpoint } from './resolveEndpoint';

/** The portal's own login on each instance. Its password is in {@link Records}. */
const PROVISIONER = 'slipway';

const CONNECTED_WITHIN_MS = 5_000;
const STATEMENT_WITHIN_MS = 30_000;

/**
 * What is inside the instances: each is a Postgres server for one database, on which the provider for Postgres servers does
 * all that is done there.
 * @internal
 */
export class Insides {
  readonly #config: RdsProviderConfig;
  readonly #records: Records;
  readonly #resolveEndpoint: ResolveEndpoint;
  readonly #opened = new Map<string, PostgresDatabaseProvider>();

  static create(options: {
    config: RdsProviderConfig;
    records: Records;
    resolveEndpoint: ResolveEndpoint;
  }): Insides {
    return new Insides(options);
  }

  private constructor(options: {
    config: RdsProviderConfig;
    records: Records;
    resolveEndpoint: ResolveEndpoint;
  }) {
    this.#config = options.config;
    this.#records = options.records;
    this.#resolveEndpoint = options.resolveEndpoint;
  }

  /**
   * Does something on the server of an instance that is prepared.
   *
   * @throws LoginRefusedError when the portal's login does not work
   */
  async work<T>(
    target: DatabaseTarget,
    instance: DBInstance,
    what: (
      provider: PostgresDatabaseProvider,
      inside: DatabaseTarget,
    ) => Promise<T>,
    context?: ReadContext,
  ): Promise<T> {
    const endpoint = this.#endpointOf(instance);
    const inside = insideOf(target);
    const key = JSON.stringify([
      instance.DBInstanceArn,
      instance.DbiResourceId,
      endpoint.host,
      endpoint.port,
    ]);
    const known = this.#opened.get(key);
    if (known) {
      try {
        return await what(known, inside);
      } catch (error) {
        if (!(error instanceof LoginRefusedError)) throw error;
        // Nothing was done yet. Another replica may have given it another password.
        this.#forget(key);
      }
    }
    const password = await this.#records.readPassword(target, context);
    const title = this.#titleOf(target);
    const refused = () =>
      new LoginRefusedError(
        `${title} does not take the portal's login. It is set up anew with the next change, or when what was changed on the server is put back.`,
      );
    if (!password) {
      throw refused();
    }
    const provider = PostgresDatabaseProvider.create(
      this.#serverConfig(title, endpoint, password),
    );
    this.#opened.set(key, provider);
    try {
      return await what(provider, inside);
    } catch (error) {
      if (!(error instanceof LoginRefusedError)) throw error;
      this.#forget(key);
      throw refused();
    }
  }

  /**
   * Prepares the server of an instance with the login that RDS has made for its master. May be repeated.
   *
   * @param password - for the portal's own login
   */
  async prepare(
    target: DatabaseTarget,
    instance: DBInstance,
    password: string,
    context?: ReadContext,
  ): Promise<void> {
    const endpoint = this.#endpointOf(instance);
    const title = this.#titleOf(target);
    const master = await this.#readMaster(instance, title, context);
    const client = new Client({
      ...endpoint,
      ...master,
      database: 'postgres',
      application_name: 'slipway',
      options: '-c search_path=',
      connectionTimeoutMillis: CONNECTED_WITHIN_MS,
      statement_timeout: STATEMENT_WITHIN_MS,
      query_timeout: STATEMENT_WITHIN_MS + CONNECTED_WITHIN_MS,
    });
    client.on('error', () => {
      // What is under way is rejected with the same error.
    });
    try {
      await client.connect();
      // One at a time: roles and databases are not made where they are just being made.
      await client.query(
        `SELECT pg_advisory_lock(hashtextextended('slipway-prepare', 0))`,
      );
      await bootstrapServer(client, { provisioner: PROVISIONER, password });
    } catch (error) {
      throw toPrepareError(error, title);
    } finally {
      await client.end().catch(() => {
        // Closed already.
      });
    }
  }

  /** Keeps nothing open for an instance that is removed. */
  leave({ DBInstanceArn: arn }: DBInstance): void {
    for (const key of this.#opened.keys()) {
      if (JSON.parse(key)[0] === arn) {
        this.#forget(key);
      }
    }
  }

  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.allSettled(opened.map(provider => provider.close()));
  }

  /** Its sessions end by themselves when nobody has used them for some seconds. */
  #forget(key: string): void {
    this.#opened.delete(key);
  }

  #titleOf({ externalName }: DatabaseTarget): string {
    return `${this.#config.title} (${externalName})`;
  }

  #endpointOf(instance: DBInstance): InstanceEndpoint {
    const endpoint = this.#resolveEndpoint(instance);
    if (!endpoint) {
      throw new RetryableError(
        `${this.#config.title}: the instance has no address yet`,
      );
    }
    return endpoint;
  }

  /** RDS keeps the master's login in a secret of its own, and changes it as it likes. */
  async #readMaster(
    { MasterUserSecret }: DBInstance,
    title: string,
    context?: ReadContext,
  ): Promise<{ user: string; password: string }> {
    const arn = MasterUserSecret?.SecretArn;
    if (!arn) {
      throw new TerminalError(
        `${title} has no secret for its master. Let RDS manage the master's password in Secrets Manager (ManageMasterUserPassword).`,
      );
    }
    const text = await this.#records.readSecret(arn, context);
    try {
      const { username, password } = JSON.parse(text ?? '');
      if (typeof username === 'string' && typeof password === 'string') {
        return { user: username, password };
      }
    } catch {
      // Whatever the parser says may repeat the password.
    }
    throw new RetryableError(
      `${title}: the secret of the master is not there yet`,
    );
  }

  #serverConfig(
    title: string,
    { host, port, ssl }: InstanceEndpoint,
    password: string,
  ): PostgresProviderConfig {
    const { id, environments, version, maxConcurrency, tools } = this.#config;
    return {
      id,
      tools,
      title,
      environments,
      version,
      maxConcurrency,
      // Nobody else is on the server, so that nobody watches.
      locks: { suspendAfter: 0 },
      connection: {
        host,
        port,
        user: PROVISIONER,
        password,
        ssl,
      },
    };
  }
}

/** The same database as it is called on its own instance. */
export function insideOf({ id, externalName }: DatabaseTarget): DatabaseTarget {
  return { id, externalName: nameInside(externalName) };
}

/** All of it may be repeated, so that a lost answer is a reason to do it again. */
function toPrepareError(error: unknown, title: string): Error {
  const { code = '', message } = error as Error & { code?: string };
  if (['28P01', '28000'].includes(code)) {
    return new RetryableError(
      `${title} does not take the master's login from its secret; RDS may be changing it`,
    );
  }
  if (code === '42501' || /^The (server|role) /.test(message)) {
    return new TerminalError(`${title} cannot be prepared: ${message}`);
  }
  if (/CERT|SIGNATURE|ERR_TLS/.test(code)) {
    return new RetryableError(
      `${title} shows a certificate that is not trusted (${code}). Put the certificate bundle of RDS under ca in databases.providers.rds.`,
    );
  }
  return new RetryableError(
    code.length === 5
      ? `${title} cannot be prepared now (${code})`
      : `${title} does not answer`,
  );
}
