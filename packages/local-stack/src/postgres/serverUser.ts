import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { Advice } from '../Advice.ts';
import { remoteHome } from './serverHome.mjs';

const NAME = 'slipway';

/**
 * Who runs Postgres, and where its files can lie. Postgres refuses to run as root.
 */
export interface ServerUser {
  /** Undefined when it is whoever runs us. */
  ids?: { uid: number; gid: number };
  /** A folder that this user can reach. */
  home: string;
  /** Whether this user may read a file. */
  canRead(path: string): boolean;
}

/**
 * Decides who runs Postgres. Root hands over to a system user of its own; where that user cannot reach the data
 * folder (below /root, for instance), the servers' files go to /var/lib/slipway.
 */
export function chooseServerUser(dataDir: string): ServerUser {
  mkdirSync(dataDir, { recursive: true });
  if (process.getuid?.() !== 0) {
    return { home: dataDir, canRead: () => true };
  }
  const ids = findUser(NAME) ?? createUser() ?? findUser('postgres');
  if (!ids) {
    throw new Advice(
      'Postgres refuses to run as root, and no system user could be made for it.',
      { wayOut: 'Run the same command as another user than root.' },
    );
  }
  const can = (flag: string, path: string) =>
    spawnSync('/bin/sh', ['-c', `test ${flag} "$0"`, path], {
      ...ids,
      cwd: '/',
    }).status === 0;
  let home = dataDir;
  if (!can('-x', dataDir)) {
    home = remoteHome(dataDir);
    mkdirSync(home, { recursive: true, mode: 0o755 });
  }
  return { ids, home, canRead: path => can('-r', path) };
}

/** Gives a file or folder to the server's user. */
export function giveTo(user: ServerUser, path: string): void {
  if (user.ids) {
    chownSync(path, user.ids.uid, user.ids.gid);
  }
}

function findUser(name: string): { uid: number; gid: number } | undefined {
  const id = (flag: string) => {
    const result = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return result.status === 0 ? Number(result.stdout) : undefined;
  };
  const uid = id('-u');
  const gid = id('-g');
  return uid && gid !== undefined ? { uid, gid } : undefined;
}

function createUser(): { uid: number; gid: number } | undefined {
  const attempts: [string, string[]][] = [
    [
      'useradd',
      ['--system', '--no-create-home', '--shell', '/bin/false', NAME],
    ],
    // BusyBox
    ['adduser', ['-S', '-D', '-H', '-s', '/bin/false', NAME]],
  ];
  for (const [command, args] of attempts) {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
      return findUser(NAME);
    } catch {
      // Not every system has each of these programs; what counts is whether there is a user in the end.
    }
  }
  return findUser(NAME);
}
