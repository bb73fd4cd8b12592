import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bootstrapServer } from '@slipway/plugin-databases-backend-module-postgres/bootstrap';
import {
  preparePostgres,
  type PostgresConnection,
  type PostgresOptions,
} from '../postgres/PostgresServer.ts';
import { ensureRoles, withClient } from '../postgres/roles.ts';
import { portalRole, provisionerRole } from '../portalEnvironment.ts';
import { recordProcesses } from '../processes/leftovers.mjs';
import { identityOf, type ProcessIdentity } from '../processes/processes.mjs';
import { loadSecrets, type Secrets } from '../secrets.ts';
import type { Settings } from '../settings.ts';
import { handOverAuditTrail } from './handOverAuditTrail.ts';
import { gitHostSpec, identitySpec, portalSpecs } from './nodeProcesses.ts';
import type { PortalChoice } from './messages.ts';
import { waitForPeople } from './waitForPeople.ts';
import { SupervisedProcess, type ProcessSpec } from './SupervisedProcess.ts';

/** How the local stack tells a person what it does. */
export interface Reporter {
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  note(text: string): void;
}

/** Portals first and databases last: nobody loses what they stand on. */
const STOP_ORDER = [
  'app',
  'portal',
  'git-host',
  'identity',
  'postgres-tenants',
  'postgres-portal',
];
const SUPERVISOR_PATIENCE_MS = 60_000;
const INITDB_PATIENCE_MS = 10_000;

/**
 * All servers of the local stack in their order, and the portal on top of them.
 */
export class LocalStack {
  readonly #settings: Settings;
  readonly #secrets: Secrets;
  readonly #reporter: Reporter;
  readonly #processes = new Map<string, SupervisedProcess>();
  readonly #identities = new Map<string, ProcessIdentity>();
  /** Those that make databases, by the server's name. They end by themselves or are killed. */
  readonly #makers = new Map<string, ProcessIdentity>();
  /** What is in hand before a server runs, and leaves nothing behind when it has settled. */
  readonly #preparations = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();
  #portalDb?: PostgresConnection;

  /** Makes the data folder and the secrets when there are none. Nothing runs yet. */
  static async create(
    settings: Settings,
    reporter: Reporter,
  ): Promise<LocalStack> {
    await mkdir(join(settings.dataDir, 'logs'), { recursive: true });
    return new LocalStack(
      settings,
      await loadSecrets(settings.dataDir),
      reporter,
    );
  }

  private constructor(
    settings: Settings,
    secrets: Secrets,
    reporter: Reporter,
  ) {
    this.#settings = settings;
    this.#secrets = secrets;
    this.#reporter = reporter;
    this.#record();
  }

  get secrets(): Secrets {
    return this.#secrets;
  }

  /** Starts the databases, the identity provider and the git host. */
  async startServers(): Promise<void> {
    const settings = this.#settings;
    await this.#reporter.step('Starting the databases', () =>
      Promise.all([this.#startPortalDb(), this.#startTenantDb()]),
    );
    await this.#reporter.step('Starting identity provider and git host', () =>
      Promise.all([
        this.#run(identitySpec(settings)),
        this.#run(gitHostSpec(settings)),
      ]),
    );
  }

  /** Starts the portal and resolves when people can sign in. */
  async startPortal(portal: PortalChoice, path: string[]): Promise<void> {
    await this.#reporter.step('Starting the portal', async () => {
      for (const spec of portalSpecs(
        this.#settings,
        this.#secrets,
        portal,
        path,
      )) {
        await this.#run(spec);
      }
      if (this.#portalDb) {
        await waitForPeople(this.#portalDb);
        await this.#handOverAuditTrail(this.#portalDb);
      }
    });
  }

  /** Stops everything in order. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#preparations);
    for (const name of STOP_ORDER) {
      await this.#processes.get(name)?.stop();
    }
    recordProcesses(this.#settings.dataDir, []);
  }

  /** Kills everything at once; the databases recover when they are started again. */
  kill(): void {
    this.#stop.abort();
    for (const each of this.#processes.values()) {
      each.kill();
    }
  }

  async #startPortalDb(): Promise<void> {
    const { dataDir, ports } = this.#settings;
    const { spec, connection } = await this.#prepare({
      title: "the portal's Postgres",
      name: 'postgres-portal',
      dataDir,
      port: ports.portalDb,
      password: this.#secrets.portalDbSuperuser,
      maxConnections: 200,
      logFile: join(dataDir, 'logs', 'postgres-portal.log'),
    });
    await this.#run(spec);
    this.#portalDb = connection;
    await ensureRoles(connection, [
      {
        name: portalRole,
        password: this.#secrets.portalDbPortal,
        options: ['CREATEDB'],
      },
      {
        name: 'identity',
        password: this.#secrets.portalDbIdentity,
        options: [],
        database: 'local_identity',
      },
    ]);
  }

  async #startTenantDb(): Promise<void> {
    const { dataDir, ports } = this.#settings;
    const { spec, connection } = await this.#prepare({
      title: "the tenants' Postgres",
      name: 'postgres-tenants',
      dataDir,
      port: ports.tenantDb,
      password: this.#secrets.tenantDbSuperuser,
      maxConnections: 300,
      logFile: join(dataDir, 'logs', 'postgres-tenants.log'),
      // Tenants must not be able to lock the provisioner out by using all connections.
      settings: {
        reserved_connections: '10',
        // A login that was turned off is set up again after that.
        authentication_timeout: '10s',
        // All tenants share one table of locks. A larger one takes longer to fill; nothing keeps a tenant from filling it.
        max_locks_per_transaction: '256',
        temp_file_limit: '1GB',
        // So that owners see which of their statements are slow.
        shared_preload_libraries: 'pg_stat_statements',
      },
    });
    await this.#run(spec);
    await withClient(connection, client =>
      bootstrapServer(client, {
        provisioner: provisionerRole,
        password: this.#secrets.tenantDbProvisioner,
      }),
    );
  }

  async #prepare(options: PostgresOptions) {
    const prepared = preparePostgres(options, {
      signal: this.#stop.signal,
      onProcess: identity => {
        if (identity) {
          this.#makers.set(options.name, identity);
        } else {
          this.#makers.delete(options.name);
        }
        this.#record();
      },
    });
    this.#preparations.add(prepared);
    try {
      return await prepared;
    } finally {
      this.#preparations.delete(prepared);
    }
  }

  async #handOverAuditTrail(portalDb: PostgresConnection): Promise<void> {
    try {
      await handOverAuditTrail(portalDb);
    } catch (error) {
      this.#reporter.note(
        `! The audit trail could not be handed over: ${error}`,
      );
    }
  }

  async #run(spec: ProcessSpec): Promise<void> {
    if (this.#stop.signal.aborted) {
      throw new Error('The local stack is being stopped');
    }
    const supervised = new SupervisedProcess(spec);
    this.#processes.set(spec.name, supervised);
    supervised.on('process', identity => {
      if (identity) {
        this.#identities.set(spec.name, identity);
      } else {
        this.#identities.delete(spec.name);
      }
      this.#record();
    });
    supervised.on('restarting', ({ reason, delayMs }) =>
      this.#reporter.note(
        `! ${spec.title} has died (${reason}); it is started again in ${delayMs / 1000} s. Log: ${spec.logFile}`,
      ),
    );
    supervised.on('recovered', () =>
      this.#reporter.note(`✓ ${spec.title} runs again`),
    );
    supervised.on('complaint', text => this.#reporter.note(`! ${text}`));
    await supervised.start();
  }

  /** Lets the next start find what a killed supervisor has left. */
  #record(): void {
    const leftovers = STOP_ORDER.flatMap(name => {
      const identity = this.#identities.get(name);
      const spec = this.#processes.get(name)?.spec;
      return identity && spec
        ? [
            {
              ...identity,
              name,
              signal: spec.stopSignal,
              patienceMs: spec.patienceMs,
            },
          ]
        : [];
    });
    recordProcesses(this.#settings.dataDir, [
      {
        ...identityOf(process.pid),
        name: 'supervisor',
        signal: 'SIGTERM',
        patienceMs: SUPERVISOR_PATIENCE_MS,
      },
      ...[...this.#makers].map(([name, identity]) => ({
        ...identity,
        name: `initdb of ${name}`,
        signal: 'SIGTERM' as const,
        patienceMs: INITDB_PATIENCE_MS,
      })),
      ...leftovers,
    ]);
  }
}
