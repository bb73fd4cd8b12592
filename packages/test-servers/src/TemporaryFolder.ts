import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  identityOf,
  isAlive,
  recordProcesses,
  stopLeftovers,
  type ProcessIdentity,
} from '@slipway/local-stack';

const PREFIX = 'slipway-test-';

/**
 * A folder for one test's servers, which knows who made it: what a killed test run has left behind, folders and
 * processes, is removed by the next one.
 */
export class TemporaryFolder {
  readonly path: string;

  /** Makes a folder and removes those of dead test runs. */
  static async create(): Promise<TemporaryFolder> {
    await removeAbandoned();
    return new TemporaryFolder(mkdtempSync(join(tmpdir(), PREFIX)));
  }

  private constructor(path: string) {
    this.path = path;
    // As root the servers run as a user of their own, who has to get in.
    chmodSync(path, 0o755);
    writeFileSync(
      join(path, 'owner.json'),
      JSON.stringify(identityOf(process.pid)),
    );
  }

  /** Remembers a process that has to go with the folder. */
  own(process: ProcessIdentity | undefined): void {
    recordProcesses(
      this.path,
      process
        ? [{ ...process, name: 'server', signal: 'SIGINT', patienceMs: 5000 }]
        : [],
    );
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    if (name.startsWith(PREFIX) && isAbandoned(path)) {
      await stopLeftovers(path);
      // A launched portal keeps its own record in its data folder.
      await stopLeftovers(join(path, 'data'));
      rmSync(path, { recursive: true, force: true });
    }
  }
}

function isAbandoned(path: string): boolean {
  try {
    return !isAlive(JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8')));
  } catch {
    // Just being made, or somebody else's.
    return false;
  }
}
