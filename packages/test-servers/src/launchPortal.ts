import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePorts } from './freePorts.ts';
import { TemporaryFolder } from './TemporaryFolder.ts';

const repository = resolve(import.meta.dirname, '../../..');
/** A cold build of the portal included. */
const READY_WITHIN_MS = 20 * 60_000;

/**
 * Where each part of a launched portal listens, on 127.0.0.1.
 *
 * @public
 */
export interface PortalPorts {
  portal: number;
  portalDb: number;
  tenantDb: number;
  identity: number;
  git: number;
  metrics: number;
  /** The app's own server, with hot reload only. */
  app: number;
}

/**
 * A whole portal with its local stack, run for a test.
 *
 * @public
 */
export interface LaunchedPortal {
  /** Its address, without a slash at the end. */
  url: string;
  identityUrl: string;
  gitUrl: string;
  ports: PortalPorts;
  /** Who can sign in. */
  people: { name: string; displayName: string; note: string }[];
  /** The password of all of them. */
  password: string;
  dataDir: string;
  /** The start script's pid. */
  pid: number;
  /** What was printed so far. */
  output(): string;
  /** Stops it in order; its data stays until {@link LaunchedPortal.remove}. */
  stop(): Promise<void>;
  /** Kills the start script and the supervisor, as a power cut would. The servers are left to the next start. */
  kill(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

/** What to launch. */
export interface LaunchOptions {
  /** Without the sample company. */
  empty?: boolean;
  /** Starts again with the data and the ports of this one, which must have been stopped or killed. */
  again?: LaunchedPortal;
  /** What `npm run dev` does: everything from its sources, reloaded when they change. */
  hotReload?: boolean;
  /** Further variables. */
  env?: Record<string, string>;
  /** Further arguments of `npm start`. */
  args?: string[];
}

/**
 * Does what `npm start` does, in a temporary data folder and on free ports.
 *
 * @throws Error with what was printed when it does not become ready
 * @public
 */
export async function launchPortal(
  options: LaunchOptions = {},
): Promise<LaunchedPortal> {
  const { again } = options;
  const folder = again ? undefined : await TemporaryFolder.create();
  const dataDir = again?.dataDir ?? join(folder?.path ?? '', 'data');
  const ports = again?.ports ?? (await choosePorts());
  mkdirSync(dataDir, { recursive: true });
  const outputFile = join(dataDir, '..', `output-${Date.now()}.txt`);
  const output = () => readFileSync(outputFile, 'utf8');
  const fd = openSync(outputFile, 'a');
  const child = fork(
    join(repository, 'scripts', options.hotReload ? 'dev.mjs' : 'start.mjs'),
    [...(options.empty ? ['--empty'] : []), ...(options.args ?? [])],
    {
      cwd: repository,
      detached: true,
      execArgv: [],
      stdio: ['ignore', fd, fd, 'ipc'],
      env: {
        ...process.env,
        NODE_ENV: undefined,
        NODE_TEST_CONTEXT: undefined,
        SLIPWAY_DATA_DIR: dataDir,
        SLIPWAY_PORT: String(ports.portal),
        SLIPWAY_PORTAL_DB_PORT: String(ports.portalDb),
        SLIPWAY_TENANT_DB_PORT: String(ports.tenantDb),
        SLIPWAY_OIDC_PORT: String(ports.identity),
        SLIPWAY_GIT_PORT: String(ports.git),
        SLIPWAY_METRICS_PORT: String(ports.metrics),
        SLIPWAY_APP_PORT: String(ports.app),
        ...options.env,
      },
    },
  );
  closeSync(fd);
  const exited = new Promise<void>(done => {
    child.once('exit', () => done());
  });
  const ready = await waitUntilReady(child, exited, output);
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  return {
    ...ready,
    identityUrl: `http://localhost:${ports.identity}`,
    gitUrl: `http://localhost:${ports.git}`,
    ports,
    dataDir,
    pid: child.pid ?? 0,
    output,
    stop,
    async kill() {
      // Its group: the start script and the supervisor. The servers have groups of their own.
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await exited;
    },
    async remove() {
      await stop();
      await (folder ? folder.remove() : again?.remove());
    },
  };
}

async function waitUntilReady(
  child: ChildProcess,
  exited: Promise<void>,
  output: () => string,
): Promise<Pick<LaunchedPortal, 'url' | 'people' | 'password'>> {
  let timer: NodeJS.Timeout | undefined;
  const ready = Promise.race([
    new Promise<Pick<LaunchedPortal, 'url' | 'people' | 'password'>>(done => {
      child.on('message', message => {
        if (isReady(message)) {
          done(message);
        }
      });
    }),
    exited.then(() => {
      throw new Error(`The portal did not start:\n${output()}`);
    }),
    new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGTERM');
        reject(new Error(`The portal was not ready in time:\n${output()}`));
      }, READY_WITHIN_MS);
    }),
  ]);
  // Otherwise it ends a portal that was ready long ago, or looks for what it printed when that is gone.
  return ready.finally(() => clearTimeout(timer));
}

function isReady(
  message: unknown,
): message is { type: 'ready' } & Pick<
  LaunchedPortal,
  'url' | 'people' | 'password'
> {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    message.type === 'ready'
  );
}

async function choosePorts(): Promise<PortalPorts> {
  const [portal, portalDb, tenantDb, identity, git, metrics, app] =
    await freePorts(7);
  return { portal, portalDb, tenantDb, identity, git, metrics, app };
}
