import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { stopLeftovers } from '../../packages/local-stack/src/processes/leftovers.mjs';
import { Advice, printFailure } from './advice.mjs';
import { ensurePortal } from './build.mjs';
import { requireGit } from './git.mjs';
import { checkSpace, ensureInstalled } from './install.mjs';
import { takeLock } from './lock.mjs';
import { makeFolder } from './makeFolder.mjs';
import { claim } from './dataFolder.mjs';
import { dataDir, root } from './paths.mjs';
import { appDevServer, checkPorts, readPorts, services } from './ports.mjs';
import { withPreparation } from './preparation.mjs';
import { Progress, seconds } from './progress.mjs';
import { ensurePythonTools } from './python.mjs';
import { stopRunning } from './run.mjs';
import { ensureToolchain } from './toolchain.mjs';

const RUN_NEEDS = 500 * 1024 ** 2;
/** Our sources run as they are: Node need not explain that. */
const quiet = [
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
];

/**
 * Brings the local stack and the portal up and stays until they are stopped.
 *
 * @param {{ hotReload: boolean, env: NodeJS.ProcessEnv }} options - `env` is what the command line has decided
 * @returns {Promise<number>} the exit status
 */
export async function up({ hotReload, env }) {
  Object.assign(process.env, env);
  const stop = new Stop();
  try {
    return await begin(stop, hotReload);
  } catch (error) {
    if (stop.wanted) {
      return stop.status;
    }
    throw error;
  } finally {
    stop.release();
  }
}

async function begin(stop, hotReload) {
  const began = Date.now();
  const progress = new Progress();
  const wanted = hotReload ? [...services, appDevServer] : services;
  const ports = readPorts(process.env, wanted);
  await requireGit();
  const data = dataDir();
  const lock = await takeInstanceLock(data, ports);
  try {
    const leftovers = await stopLeftovers(data);
    if (leftovers.length > 0) {
      progress.line(
        `✓ Stopped what an earlier start had left: ${leftovers.join(', ')}`,
      );
    }
    await checkPorts(ports, wanted);
    await checkSpace(data, RUN_NEEDS, 'to run the databases');
    stop.check();
    return await run({ progress, stop, hotReload, began });
  } finally {
    lock.release();
  }
}

async function takeInstanceLock(data, ports) {
  await makeFolder(data).catch(error => {
    throw new Advice(
      `The data folder ${data} cannot be made: ${error.message}`,
      {
        wayOut: 'Choose another one with SLIPWAY_DATA_DIR.',
      },
    );
  });
  const lock = takeFolder(data, { url: `http://localhost:${ports.portal}` });
  if (lock.holder) {
    throw new Advice(
      `It runs already: ${lock.holder.url} (pid ${lock.holder.pid}).`,
      {
        wayOut: `Stop it with Ctrl-C in its terminal or "kill ${lock.holder.pid}". For a second one choose another SLIPWAY_DATA_DIR and other ports.`,
      },
    );
  }
  try {
    claim(data);
  } catch (error) {
    lock.release();
    throw error;
  }
  return lock;
}

function takeFolder(data, facts) {
  try {
    return takeLock(join(data, 'start.lock'), facts);
  } catch (error) {
    throw new Advice(
      `Nothing can be written in the data folder ${data}: ${error.message}`,
      { wayOut: 'Choose another one with SLIPWAY_DATA_DIR.' },
    );
  }
}

async function run({ progress, stop, hotReload, began }) {
  const python = ensurePythonToolsInBackground(progress);
  const { supervisor, portal } = await withPreparation(progress, async () => {
    const toolchain = await ensureToolchain(progress);
    stop.check();
    await ensureInstalled(toolchain, progress);
    stop.check();
    // The databases start while the portal is built.
    const supervisor = new Supervisor(toolchain, progress, stop, began);
    try {
      const portal = hotReload
        ? { kind: 'sources' }
        : { kind: 'built', dir: await ensurePortal(toolchain, progress) };
      stop.check();
      return { supervisor, portal };
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
  }).catch(async error => {
    // There will be no portal to fetch anything for.
    stopRunning();
    await python.catch(() => {});
    throw error;
  });
  const tools = await python;
  tools.missing.forEach(text => progress.line(`! ${text}`));
  supervisor.startPortal(portal, tools.path);
  return supervisor.ended;
}

function ensurePythonToolsInBackground(progress) {
  const result = ensurePythonTools(progress);
  // Whoever awaits it sees the failure; until then it must not end the process.
  result.catch(() => {});
  return result;
}

/** Whether somebody wants us to stop, and with which exit status. */
class Stop {
  wanted = false;
  status = 0;
  #listeners = [];

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        this.status = 128 + constants.signals[signal];
        this.wanted = true;
        stopRunning();
        this.#listeners.forEach(listener => listener());
      });
    }
    // A parent that started us with a channel wants us to end with it.
    process.on('disconnect', this.#onDisconnect);
  }

  #onDisconnect = () => process.emit('SIGHUP');

  /** Lets the process end: an open channel would keep it alive. */
  release() {
    process.off('disconnect', this.#onDisconnect);
    if (process.connected) {
      process.disconnect();
    }
  }

  check() {
    if (this.wanted) {
      throw new Error('Stopped');
    }
  }

  onWanted(listener) {
    this.#listeners.push(listener);
  }
}

/** Our end of the channel to the supervisor, which runs in Node 24. */
class Supervisor {
  #child;
  #progress;
  #began;
  #steps = new Map();
  #failed = false;
  #stop;
  /** Resolves with the exit status when everything has stopped. */
  ended;

  constructor(toolchain, progress, stop, began) {
    this.#progress = progress;
    this.#began = began;
    this.#stop = stop;
    const script = join(root, 'packages', 'local-stack', 'src', 'main.ts');
    this.#child = spawn(toolchain.node, [...quiet, script], {
      cwd: root,
      env: toolchain.env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', message => this.#hear(message));
    stop.onWanted(() => this.stop());
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => {
        this.#steps.forEach(end => end(false));
        this.#afterwards(code, signal).then(resolve, reject);
      });
    });
  }

  startPortal(portal, path) {
    if (this.#child.connected) {
      this.#child.send({ type: 'portal', portal, path });
    }
  }

  /** Asks for an orderly end and waits for it. */
  async stop() {
    if (this.#child.connected) {
      if (!this.#failed) {
        this.#progress.line('\nStopping …');
      }
      this.#child.send({ type: 'stop' });
    }
    await this.ended;
  }

  async #afterwards(code, signal) {
    if (this.#stop.wanted) {
      this.#progress.line('Stopped.');
      return this.#stop.status;
    }
    if (signal) {
      const stopped = await stopLeftovers(dataDir());
      throw new Advice(
        `The supervisor was killed (${signal}); so ${stopped.join(', ')} were stopped.`,
        { wayOut: 'Nothing is lost: start it again.' },
      );
    }
    return this.#failed ? 1 : code;
  }

  #hear(message) {
    switch (message.type) {
      case 'step':
        this.#progress
          .step(
            message.title,
            () =>
              new Promise((resolve, reject) => {
                this.#steps.set(message.id, ok =>
                  ok ? resolve() : reject(new Error('failed')),
                );
              }),
          )
          .catch(() => {
            // What went wrong is told by a message of its own.
          });
        break;
      case 'step-end':
        this.#steps.get(message.id)?.(message.ok);
        this.#steps.delete(message.id);
        break;
      case 'note':
        this.#progress.line(message.text);
        break;
      case 'failed':
        this.#failed = true;
        printFailure(new Advice(message.message, message));
        break;
      case 'ready':
        this.#welcome(message);
        break;
      default:
        throw new Error(`Unknown message ${message.type}`);
    }
  }

  #welcome({ url, people, password }) {
    const width = Math.max(...people.map(each => each.name.length));
    const lines = people.map(
      ({ name, displayName, note }) =>
        `    ${name.padEnd(width)}  ${displayName} · ${note}`,
    );
    this.#progress.line(`
  Slipway is ready after ${seconds(Date.now() - this.#began)}:  ${url}

  Sign in as one of
${lines.join('\n')}
  with the password  ${password}

  Data and logs: ${dataDir()}
  Stop with Ctrl-C. Throw all data away with "npm run reset".
`);
    process.send?.({ type: 'ready', url, people, password });
  }
}
