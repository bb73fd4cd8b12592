import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stablePorts } from '../../../../bench/lib/ports.ts';
import { bundleEnvironment } from '../../../../scripts/production-bundle.mjs';
import { bootstrapServer } from '@slipway/plugin-databases-backend-module-postgres/bootstrap';
import { Client } from 'pg';
import {
  startIdentityProvider,
  type RunningIdentityProvider,
} from '../../../../bench/lib/identity.ts';
import {
  createPostgres,
  type BenchPostgres,
} from '../../../../bench/lib/postgres.ts';
import { makeCertificate } from './certificate.ts';
import { carelessTemplate, organisation, people } from './organisation.ts';
import { FrontDoor } from './FrontDoor.ts';
import { Replica } from './Replica.ts';

/**
 * Production in small: three replicas of the bundle behind a front door, their Postgres, the tenants' Postgres, an
 * identity provider, and a web server with catalog files.
 */
export class Cluster {
  readonly replicas: Replica[];
  readonly postgres: BenchPostgres;
  readonly tenants: BenchPostgres;
  readonly identity: RunningIdentityProvider;
  /** Where the catalog files of {@link Cluster.publish} are served. */
  readonly filesUrl: string;
  /** Configuration files that the replicas run with, lowest first. */
  readonly configs: string[];
  readonly env: Record<string, string>;
  /** Values that must never be seen in a log, by what they are. */
  readonly secrets: Map<string, string>;
  readonly #files: Map<string, string>;
  readonly #fileServer: Server;
  readonly #folder: string;
  #door?: FrontDoor;
  readonly #doorPort: number;

  /** Starts everything but the replicas. */
  static async create(bundle: string): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-production-'));
    // Postgres runs as a user of its own when we are root, and has to get in.
    await chmod(folder, 0o755);
    const [oidc, files, door, ...ports] = await stablePorts(9);
    const secret = () => randomBytes(24).toString('base64url');
    const passwords = {
      "the portal database's password": secret(),
      "the tenant server's superuser": secret(),
      "the provisioner's password": secret(),
    };
    const [portalPassword, superuserPassword, provisionerPassword] =
      Object.values(passwords);

    const tls = makeCertificate();
    const postgres = await createPostgres({
      name: 'portal',
      work: folder,
      password: portalPassword,
      tls,
    });
    const tenants = await createPostgres({
      name: 'tenants',
      work: folder,
      password: superuserPassword,
      tls,
    });
    const authorities = join(folder, 'authorities.crt');
    await writeFile(authorities, tls.certificate);
    await postgres.start();
    await tenants.start();
    const administrator = new Client(tenants.connection);
    await administrator.connect();
    await bootstrapServer(administrator, {
      provisioner: 'provisioner',
      password: provisionerPassword,
    });
    await administrator.end();

    const doorUrl = `http://localhost:${door}`;
    const identity = await startIdentityProvider({
      port: oidc,
      portalUrl: doorUrl,
      people,
      // Its sessions outlive the portal's database, as another server's would.
      connection: tenants.connection,
    });

    const sealingKey = randomBytes(32).toString('base64');
    const sessionSecret = randomBytes(32).toString('base64');
    const githubToken = secret();
    const githubSecret = secret();
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      NODE_ENV: 'production',
      NODE_EXTRA_CA_CERTS: authorities,
      ...bundleEnvironment(bundle),
      APP_BASE_URL: doorUrl,
      SLIPWAY_HOST: '127.0.0.1',
      SLIPWAY_METRICS_HOST: '127.0.0.1',
      SLIPWAY_SHUTDOWN_DELAY: '4s',
      POSTGRES_HOST: postgres.connection.host,
      POSTGRES_PORT: String(postgres.connection.port),
      POSTGRES_USER: postgres.connection.user,
      POSTGRES_PASSWORD: portalPassword,
      AUTH_OIDC_METADATA_URL: identity.metadataUrl,
      AUTH_OIDC_CLIENT_ID: identity.clientId,
      AUTH_OIDC_CLIENT_SECRET: identity.clientSecret,
      AUTH_SESSION_SECRET: sessionSecret,
      SLIPWAY_SEALING_KEY: sealingKey,
      SLIPWAY_TENANTS_HOST: tenants.connection.host,
      SLIPWAY_TENANTS_PORT: String(tenants.connection.port),
      SLIPWAY_TENANTS_USER: 'provisioner',
      SLIPWAY_TENANTS_PASSWORD: provisionerPassword,
      GITHUB_TOKEN: githubToken,
      AUTH_GITHUB_CLIENT_SECRET: githubSecret,
      TECHDOCS_DIRECTORY: join(folder, 'techdocs'),
    };

    const organisationFile = join(folder, 'organisation.yaml');
    await writeFile(organisationFile, organisation);
    const careless = join(folder, 'careless.yaml');
    await writeFile(careless, JSON.stringify(carelessTemplate));
    const companyConfig = join(folder, 'app-config.company.yaml');
    await writeFile(
      companyConfig,
      JSON.stringify(
        companyConfiguration(
          { organisationFile, careless },
          `localhost:${files}`,
        ),
      ),
    );
    const configs = [
      'app-config.yaml',
      'app-config.production.yaml',
      companyConfig,
    ];
    const replicas = [0, 1, 2].map(
      n =>
        new Replica({
          port: ports[n],
          bundle,
          configs,
          env: {
            ...env,
            SLIPWAY_PORT: String(ports[n]),
            SLIPWAY_METRICS_PORT: String(ports[n + 3]),
          },
        }),
    );

    const served = new Map<string, string>();
    const fileServer = createServer((incoming, outgoing) => {
      const text = served.get(incoming.url ?? '');
      outgoing.writeHead(text ? 200 : 404).end(text);
    });
    await new Promise<void>(done => {
      fileServer.listen(files, '127.0.0.1', done);
    });

    return new Cluster({
      replicas,
      postgres,
      tenants,
      identity,
      filesUrl: `http://localhost:${files}`,
      configs,
      env,
      secrets: new Map([
        ...Object.entries(passwords),
        ['the sealing key', sealingKey],
        ['the session secret', sessionSecret],
        ['the token for GitHub', githubToken],
        ['the client secret for GitHub', githubSecret],
        ['the OIDC client secret', identity.clientSecret],
        ["people's password", identity.password],
      ]),
      files: served,
      fileServer,
      folder,
      doorPort: door,
    });
  }

  private constructor(parts: {
    replicas: Replica[];
    postgres: BenchPostgres;
    tenants: BenchPostgres;
    identity: RunningIdentityProvider;
    filesUrl: string;
    configs: string[];
    env: Record<string, string>;
    secrets: Map<string, string>;
    files: Map<string, string>;
    fileServer: Server;
    folder: string;
    doorPort: number;
  }) {
    this.replicas = parts.replicas;
    this.postgres = parts.postgres;
    this.tenants = parts.tenants;
    this.identity = parts.identity;
    this.filesUrl = parts.filesUrl;
    this.configs = parts.configs;
    this.env = parts.env;
    this.secrets = parts.secrets;
    this.#files = parts.files;
    this.#fileServer = parts.fileServer;
    this.#folder = parts.folder;
    this.#doorPort = parts.doorPort;
  }

  /** Starts all replicas at the same moment, as a new deployment does, and the front door when they are ready. */
  async startReplicas(): Promise<void> {
    for (const replica of this.replicas) {
      replica.start();
    }
    await Promise.all(this.replicas.map(replica => replica.waitFor(200, 600)));
    this.#door ??= await FrontDoor.create(
      this.#doorPort,
      this.replicas.map(replica => replica.url),
    );
  }

  /** The address that people know. */
  get url(): string {
    return this.env.APP_BASE_URL;
  }

  /** Serves a catalog file and returns its address. */
  publish(name: string, text: string): string {
    this.#files.set(`/${name}`, text);
    return `${this.filesUrl}/${name}`;
  }

  async close(): Promise<void> {
    await this.#door?.close();
    await Promise.all(
      this.replicas
        .filter(replica => replica.running)
        .map(replica => replica.signal('SIGKILL')),
    );
    await new Promise(done => {
      this.#fileServer.close(done);
    });
    await this.identity.close();
    await this.postgres.stop();
    await this.tenants.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What a company adds: its people and their accounts on GitHub, what may be read, and where its clusters are listed. */
function companyConfiguration(
  paths: { organisationFile: string; careless: string },
  filesHost: string,
) {
  return {
    backend: { reading: { allow: [{ host: filesHost }] } },
    kubernetes: { clusterLocatorMethods: [{ type: 'config', clusters: [] }] },
    auth: {
      providers: {
        github: {
          production: {
            clientId: 'the-portal',
            clientSecret: '${AUTH_GITHUB_CLIENT_SECRET}',
          },
        },
      },
    },
    // Links that vote are secrets, too.
    approvals: { answerLinks: true },
    databases: {
      approvals: [
        {
          environment: 'staging',
          sizes: ['large'],
          groups: ['group:default/platform-team'],
          required: 1,
        },
      ],
    },
    catalog: {
      locations: [
        {
          type: 'file',
          target: paths.organisationFile,
          rules: [{ allow: ['User', 'Group'] }],
        },
        {
          type: 'file',
          target: paths.careless,
          rules: [{ allow: ['Template'] }],
        },
      ],
    },
  };
}
