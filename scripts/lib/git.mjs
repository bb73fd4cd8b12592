import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Advice } from './advice.mjs';
import { outputOf } from './run.mjs';

const OLDEST = [2, 30];

/** Refuses to begin without a git that the git host can serve repositories with. */
export async function requireGit() {
  const text = await outputOf('git', ['--version']);
  if (!text) {
    throw new Advice('git was not found on the PATH.', {
      wayOut: 'Install git 2.30 or newer and run the same command again.',
    });
  }
  const [major, minor] = (text.match(/(\d+)\.(\d+)/) ?? [])
    .slice(1)
    .map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Advice(`git is ${major}.${minor}, and 2.30 or newer is needed.`, {
      wayOut: 'Install a newer git and run the same command again.',
    });
  }
  const libexec = await outputOf('git', ['--exec-path']);
  if (!existsSync(join(libexec ?? '', 'git-http-backend'))) {
    throw new Advice(
      'This git has no http-backend to serve repositories with.',
      {
        wayOut:
          'Install the rest of git (on Alpine: the package git-daemon) and run the same command again.',
      },
    );
  }
}
