import type { TechDocsContainerRunner } from '@backstage/plugin-techdocs-node';
import { spawn } from 'node:child_process';

type Options = Parameters<TechDocsContainerRunner['runContainer']>[0];

/** What a program needs to find itself, its files and its language. None of it is a secret. */
const KEPT = [
  'HOME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'PATH',
  'TMPDIR',
  'TZ',
] as const;

/**
 * Runs the `mkdocs` of this machine in the place of a container.
 *
 * @remarks
 *
 * Upstream starts a local `mkdocs` with the whole environment of the portal, secrets included, and offers no way to start it with less. A
 * runner of containers is what it lets us choose, and is told all that is needed.
 */
export class MkDocsRunner implements TechDocsContainerRunner {
  static create(): MkDocsRunner {
    return new MkDocsRunner();
  }

  private constructor() {}

  /** @throws Error when MkDocs is missing, or ends with an error */
  async runContainer(options: Options): Promise<void> {
    const { args, workingDir, logStream, mountDirs = {} } = options;
    const mounts = Object.entries(mountDirs);
    const outside = (path: string) => {
      const mount = mounts.find(
        ([, inside]) => path === inside || path.startsWith(`${inside}/`),
      );
      return mount ? mount[0] + path.slice(mount[1].length) : path;
    };
    const child = spawn('mkdocs', [...args.map(outside), '-v'], {
      cwd: workingDir && outside(workingDir),
      env: Object.fromEntries(KEPT.map(name => [name, process.env[name]])),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', chunk => logStream?.write(chunk));
    child.stderr.on('data', chunk => logStream?.write(chunk));
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', code =>
        code === 0
          ? resolve()
          : reject(new Error(`Command mkdocs failed, exit code: ${code}`)),
      );
    });
  }
}
