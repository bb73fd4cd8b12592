import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename } from 'node:path';
import { Advice } from './advice.mjs';
import { outputOf } from './run.mjs';

/** What listens where; each can be moved by its variable. */
export const services = [
  { key: 'portal', name: 'the portal', variable: 'SLIPWAY_PORT', port: 7007 },
  {
    key: 'portalDb',
    name: "the portal's Postgres",
    variable: 'SLIPWAY_PORTAL_DB_PORT',
    port: 7010,
  },
  {
    key: 'tenantDb',
    name: "the tenants' Postgres",
    variable: 'SLIPWAY_TENANT_DB_PORT',
    port: 7011,
  },
  {
    key: 'identity',
    name: 'the identity provider',
    variable: 'SLIPWAY_OIDC_PORT',
    port: 7012,
  },
  {
    key: 'git',
    name: 'the git host',
    variable: 'SLIPWAY_GIT_PORT',
    port: 7013,
  },
  {
    key: 'metrics',
    name: "the portal's metrics",
    variable: 'SLIPWAY_METRICS_PORT',
    port: 9464,
  },
];

/** With hot reload the app has a server of its own. */
export const appDevServer = {
  key: 'app',
  name: "the app's development server",
  variable: 'SLIPWAY_APP_PORT',
  port: 3000,
};

/**
 * The ports as the environment chooses them.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {typeof services} [wanted]
 * @returns {Record<string, number>}
 */
export function readPorts(env, wanted = services) {
  const ports = {};
  for (const { key, name, variable, port } of wanted) {
    const text = env[variable] || String(port);
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > 65535) {
      throw new Advice(`${variable} is "${text}", which is no port number.`, {
        wayOut: `Set it to a number between 1 and 65535, or leave it out for ${port}.`,
      });
    }
    const other = wanted.find(each => ports[each.key] === value);
    if (other) {
      throw new Advice(
        `Port ${value} is meant for both ${other.name} and ${name}.`,
        { wayOut: `Choose another one with ${variable}.` },
      );
    }
    ports[key] = value;
  }
  return ports;
}

/** Refuses, with the culprit's name where the system tells it, when one of the ports is taken. */
export async function checkPorts(ports, wanted = services) {
  for (const { key, name, variable } of wanted) {
    const port = ports[key];
    const problem = await problemWith(port);
    if (problem === 'EACCES') {
      throw new Advice(`Port ${port} for ${name} needs special rights.`, {
        wayOut: `Choose one above 1023: ${variable}=${port + 7000} npm start`,
      });
    }
    if (problem) {
      const owner = await ownerOf(port);
      throw new Advice(
        `Port ${port}, meant for ${name}, is taken${owner ? ` by ${owner}` : ''}.`,
        {
          wayOut: `Stop that process, or choose another port: ${variable}=${port > 60_000 ? port - 1000 : port + 1000} npm start`,
        },
      );
    }
  }
}

async function problemWith(port) {
  const code = await new Promise(resolve => {
    const server = createServer();
    server.once('error', error => resolve(error.code));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () =>
      server.close(() => resolve(undefined)),
    );
  });
  // "localhost" is ::1 as well: a browser would find whoever listens there first.
  return code ?? ((await answers('::1', port)) ? 'EADDRINUSE' : undefined);
}

function answers(host, port) {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: 500 });
    const end = result => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** Who listens on a port, as "node server.mjs (pid 42)"; undefined when the system does not tell. */
async function ownerOf(port) {
  const pid =
    process.platform === 'linux' ? pidFromProc(port) : await pidFromLsof(port);
  if (!pid) {
    return undefined;
  }
  const words =
    process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      : (await outputOf('ps', ['-o', 'args=', '-p', String(pid)]))?.split(' ');
  return words?.[0] ? `${nameOf(words)} (pid ${pid})` : `the process ${pid}`;
}

/**
 * The program and, of an interpreter, what it runs: every Node calls its process "MainThread". No further words, which may hold
 * passwords.
 */
function nameOf([program, ...words]) {
  const script = words.find(word => /^[^-].*\.([cm]?[jt]s|py|rb)$/.test(word));
  return [program, ...(script ? [script] : [])]
    .map(name => basename(name))
    .join(' ');
}

async function pidFromLsof(port) {
  const text = await outputOf('lsof', [
    '-nP',
    '-t',
    `-iTCP:${port}`,
    '-sTCP:LISTEN',
  ]);
  return text && Number(text.split('\n')[0]);
}

function pidFromProc(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync)) {
    for (const row of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const fields = row.trim().split(/\s+/);
      // Field 3 is the state (0A: listening), field 9 the socket's inode.
      if (fields[1]?.endsWith(`:${hex}`) && fields[3] === '0A') {
        inodes.add(`socket:[${fields[9]}]`);
      }
    }
  }
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        if (inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`))) {
          return Number(pid);
        }
      }
    } catch {
      // Another user's process, or one that has just ended: its files are not ours to see.
    }
  }
  return undefined;
}
