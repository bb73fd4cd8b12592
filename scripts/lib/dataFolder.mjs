import {
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { remoteHome } from '../../packages/local-stack/src/postgres/serverHome.mjs';
import { Advice } from './advice.mjs';

/** Says that a folder was made by `npm start`, or was empty when it began to keep data there. */
const MARKER = 'slipway-data.txt';
const MARKED = `Slipway keeps its data here: databases, repositories, keys, logs.
"npm run reset" throws it away, because this file is here.
`;

/** What a person would miss, by the name of the folder or file. */
export const contents = {
  'postgres-portal':
    'the portal’s databases: catalog, tasks, settings, orders, sessions',
  'postgres-tenants': 'the databases that teams have ordered, with their data',
  git: 'the repositories of the local git host',
  techdocs: 'generated documentation',
  backups: 'the backups of those databases',
  'audit-heads': 'how far the audit trail went',
  'secrets.json': 'the generated passwords and keys',
  logs: 'logs',
};

const DATABASE = /^postgres-(portal|tenants)$/;
/** Drafts of a moment ago, when it was killed. */
const DRAFT = /^postgres-(portal|tenants)(\.[0-9a-f]+)?\.(draft|password)$/;
const RUNNING = /^(start\.lock(\.stale)?|processes\.json)(\.\d+)?$/;
const SECRETS_DRAFT = /^secrets\.json\.\d+\.draft$/;

/** Of the tools, which may run before the first start. */
const TOOL_LOG =
  /^(toolchain|install|unpack|build|(build|production|python)-[\w-]+)\.log$/;

const isData = name =>
  Object.hasOwn(contents, name) || DRAFT.test(name) || SECRETS_DRAFT.test(name);

/**
 * Whether a folder is one that `npm start` has made. Those of older versions have no marker; they are known by the keys
 * that no other program makes, or by both servers' databases.
 */
export function isOurs(data) {
  if (existsSync(join(data, MARKER))) {
    return read(data, MARKER) === MARKED;
  }
  if (!readdirSync(data).some(isData)) {
    return false;
  }
  return hasOurSecrets(data) || hasBothServers(data);
}

/**
 * Marks a folder before anything is put into it.
 *
 * @throws {@link Advice} when it holds something of somebody else's under a name that we would use
 */
export function claim(data) {
  if (isOurs(data)) {
    if (!existsSync(join(data, MARKER))) {
      writeFileSync(join(data, MARKER), MARKED);
    }
    return;
  }
  const taken = readdirSync(data).filter(
    name => (isData(name) && !isToolLogs(data, name)) || name === MARKER,
  );
  if (taken.length > 0) {
    throw new Advice(
      `${data} is not the portal's data folder, and holds ${taken.join(', ')} of something else.`,
      {
        wayOut:
          'Choose an empty folder with SLIPWAY_DATA_DIR, or move what is there away.',
      },
    );
  }
  writeFileSync(join(data, MARKER), MARKED);
}

/** Holds no data: it was never started on, or all was taken out again. */
export function isUnused(data) {
  return readdirSync(data).every(
    name => RUNNING.test(name) || isToolLogs(data, name),
  );
}

/**
 * Throws away what `npm start` has put into a folder of ours, and the folder when nothing else is in it.
 *
 * @returns the paths of what is left: whatever it did not put there, and links that it did not make
 */
export async function throwAway(data) {
  const remote = remoteHome(data);
  const left = [];
  for (const name of readdirSync(data)) {
    const path = join(data, name);
    if (RUNNING.test(name) || name === MARKER) {
      continue;
    }
    if (!isData(name)) {
      left.push(path);
    } else if (!lstatSync(path).isSymbolicLink()) {
      await rm(path, { recursive: true, force: true });
    } else if (
      DATABASE.test(name) &&
      readlinkSync(path) === join(remote, name)
    ) {
      // As root the databases may lie elsewhere, with a link here.
      await rm(join(remote, name), { recursive: true, force: true });
      await rm(path);
    } else {
      left.push(path);
    }
  }
  await removeRemoteDrafts(remote);
  if (left.some(path => lstatSync(path).isSymbolicLink())) {
    // What a link leads to is used again by the next start, so the folder stays ours.
    return left;
  }
  // Last of all: until then a reset that was interrupted can be repeated.
  await rm(join(data, MARKER), { force: true });
  for (const name of readdirSync(data).filter(found => RUNNING.test(found))) {
    await rm(join(data, name), { force: true });
  }
  if (left.length === 0 && !lstatSync(data).isSymbolicLink()) {
    await rmdir(data);
  }
  return left;
}

/** They have no link, as the databases have that they were to become. */
async function removeRemoteDrafts(remote) {
  if (!existsSync(remote)) {
    return;
  }
  for (const name of readdirSync(remote).filter(found => DRAFT.test(found))) {
    await rm(join(remote, name), { recursive: true, force: true });
  }
  if (readdirSync(remote).length === 0) {
    await rmdir(remote);
  }
}

function isToolLogs(data, name) {
  const path = join(data, name);
  return (
    name === 'logs' &&
    lstatSync(path).isDirectory() &&
    readdirSync(path).every(log => TOOL_LOG.test(log))
  );
}

function hasOurSecrets(data) {
  try {
    const secrets = JSON.parse(read(data, 'secrets.json') ?? '');
    return ['peoplePassword', 'portalDbSuperuser', 'tenantDbSuperuser'].every(
      name => typeof secrets?.[name] === 'string',
    );
  } catch {
    return false;
  }
}

function hasBothServers(data) {
  return ['postgres-portal', 'postgres-tenants'].every(name =>
    existsSync(join(data, name, 'PG_VERSION')),
  );
}

function read(data, name) {
  try {
    return readFileSync(join(data, name), 'utf8');
  } catch {
    return undefined;
  }
}
