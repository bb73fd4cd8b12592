import { ServiceUnavailableError } from '@backstage/errors';
import type { TechDocsContainerRunner } from '@backstage/plugin-techdocs-node';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeLeftovers, removeTemporary } from './temporaryFolders';
import { Turns } from './Turns';

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
 * Extensions of Markdown that `techdocs-core` always loads: one reads any file that a page names and sends it to a server, the
 * other starts programs. Python finds modules of these names that do nothing first, and pages show the source of such a diagram.
 */
const SHADOWED = {
  plantuml_markdown: 'PlantUMLMarkdownExtension',
  markdown_inline_graphviz: 'InlineGraphvizExtension',
};

/**
 * In the place of the package that hands on the theme's own icons. `techdocs-core` draws emoji with a function that knows no
 * icons, whatever documentation says; who names the index wants both.
 */
const ICONS = `import techdocs_core.core
from material.extensions.emoji import to_svg, twemoji

techdocs_core.core.to_svg = to_svg
`;

/** A build that takes longer is stopped: others wait for it. */
const LONGEST_MS = 5 * 60_000;
/** Of one replica, which may read and publish more at once. The limits below are those of one build. */
const MOST_BUILDS = 2;
/** What was stopped is not begun again before this, unless it changes: it would keep others waiting for as long again. */
const REST_MS = 30 * 60_000;
/** How often to look for what other portals, which were killed, have left behind. */
const SWEEP_MS = 10 * 60_000;
/** A page that waits longer says so; what builds all pages comes back to it. */
const LONGEST_WAIT_MS = 10 * 60_000;
const MOST_MEMORY_BYTES = 1.5 * 2 ** 30;
const MOST_FILE_BYTES = 100 * 2 ** 20;
/** How Python ends when it got no more memory or room in a file, which would look like any other error. */
const OVER_LIMITS = 86;

/**
 * Python runs it first of all. The folder's name cannot be guessed, so nothing else says it.
 *
 * It takes less than the portal may: pages come first, and a page made to need memory or disk gets no more than documentation needs.
 * Where the system knows no such limit, as macOS for memory, there is only the time.
 */
const greeting = (limits: Limits) => `import errno
import os
import sys

try:
    import resource

    os.nice(10)
    for name, most in (("RLIMIT_DATA", ${limits.memoryBytes}), ("RLIMIT_FSIZE", ${MOST_FILE_BYTES})):
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
except (ImportError, OSError, ValueError):
    pass

def ended(kind, error, trace):
    cause = error
    while cause and not isinstance(cause, MemoryError) and getattr(cause, "errno", 0) not in (errno.ENOMEM, errno.EFBIG):
        cause = cause.__cause__ or cause.__context__
    try:
        sys.__excepthook__(kind, error, trace)
        sys.stderr.flush()
    finally:
        if cause:
            os._exit(${OVER_LIMITS})


sys.excepthook = ended

print(
    "Diagrams of PlantUML and Graphviz are shown as text, by", os.path.dirname(__file__),
    file=sys.stderr, flush=True,
)
`;

/**
 * Becomes `mkdocs`, with a watcher beside it that reads from the portal, which writes nothing: it reads the end when the portal has
 * ended, however that came about, and then ends the group. MkDocs cannot watch itself, a long search in a page holds up all of it.
 */
const LAUNCHER = `(read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &
exec mkdocs "$@" 3<&-`;
/** How a shell says that it found no such program. */
const NOT_FOUND = 127;

interface Limits {
  milliseconds: number;
  memoryBytes: number;
  builds: number;
  waitMilliseconds: number;
}

/** What a build is of, which the options of a container do not say. */
export interface Build {
  /** Whose turn it takes: of one repository one build runs at a time. */
  repository: string;
  /** What is built; another one when anything has changed. Without one nothing is remembered. */
  version?: string;
}

const stopping = () =>
  new ServiceUnavailableError(
    'The portal stops, and so do its builds of documentation. Open the page again in a minute.',
  );

function killGroup(pid: number | undefined): void {
  try {
    if (pid) {
      process.kill(-pid, 'SIGKILL');
    }
  } catch {
    // It has ended already.
  }
}

/** What a build may take, in words. */
const most = ({ milliseconds, memoryBytes }: Limits) =>
  `${milliseconds / 60_000} minutes, ${Math.round(memoryBytes / 2 ** 20)} MiB of memory and ${MOST_FILE_BYTES / 2 ** 20} MiB for a file`;

const shadow = (extension: string) => `from markdown import Extension


class ${extension}(Extension):
    def extendMarkdown(self, md):
        pass


def makeExtension(**kwargs):
    return ${extension}()
`;

/**
 * Runs the `mkdocs` of this machine in the place of a container.
 *
 * @remarks
 *
 * Upstream starts a local `mkdocs` with the whole environment of the portal, secrets included, and offers no way to start it with less. A
 * runner of containers is what it lets us choose, and is told all that is needed.
 */
export class MkDocsRunner implements TechDocsContainerRunner {
  readonly #limits: Limits;
  readonly #turns: Turns;
  /** What goes on, and the folders that it needs. */
  readonly #running = new Map<Promise<void>, string[]>();
  readonly #groups = new Set<number>();
  #isStopping = false;
  #nextSweep = 0;
  readonly #builds = new Map<string, Build>();
  /** Until when not to build again what was stopped, by what is built. */
  readonly #resting = new Map<string, number>();

  static create(limits: Partial<Limits> = {}): MkDocsRunner {
    return new MkDocsRunner({
      milliseconds: LONGEST_MS,
      memoryBytes: MOST_MEMORY_BYTES,
      builds: MOST_BUILDS,
      waitMilliseconds: LONGEST_WAIT_MS,
      ...limits,
    });
  }

  private constructor(limits: Limits) {
    this.#limits = limits;
    this.#turns = Turns.create(limits.builds);
  }

  /** Tells what a build is of while it is done. Without, each is of another repository. */
  async during<T>(
    inputDir: string,
    build: Build,
    work: () => Promise<T>,
  ): Promise<T> {
    this.#builds.set(inputDir, build);
    try {
      return await work();
    } finally {
      this.#builds.delete(inputDir);
    }
  }

  /**
   * @throws Error when MkDocs is missing, ends with an error, takes too much, has taken too much lately, or does not see
   *   {@link SHADOWED}
   * @throws ServiceUnavailableError when others take too long, or the portal stops
   */
  async runContainer(options: Options): Promise<void> {
    const folders = Object.keys(options.mountDirs ?? {});
    const build = folders
      .map(folder => this.#builds.get(folder))
      .find(each => each !== undefined);
    const running = this.#inTurn(options, build);
    this.#running.set(running, folders);
    try {
      await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Stops all builds, with every program that they have started, and removes what they have written. Begins no other. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const running = [...this.#running];
    this.#groups.forEach(killGroup);
    await Promise.allSettled(running.map(([each]) => each));
    await removeTemporary(running.flatMap(([, folders]) => folders));
  }

  async #inTurn(options: Options, build: Build | undefined): Promise<void> {
    const { builds, waitMilliseconds } = this.#limits;
    this.#refuseResting(build?.version);
    await this.#turns.run(
      build?.repository ?? randomUUID(),
      {
        milliseconds: waitMilliseconds,
        refusal: () =>
          new ServiceUnavailableError(
            `Other builds of documentation, of which ${builds} run at once and one of each repository, have kept this one waiting for too long. Open the page again later.`,
          ),
      },
      async () => {
        // It may have waited for the same one.
        this.#refuseResting(build?.version);
        await this.#build(options, build?.version);
      },
    );
  }

  #refuseResting(version: string | undefined): void {
    const until = version && this.#resting.get(version);
    if (until && until > Date.now()) {
      throw new Error(
        `This documentation took more than the ${most(this.#limits)} that it may take, and was stopped. It is not built again before ${new Date(until).toISOString()}, unless it changes. Part it into smaller sites.`,
      );
    }
  }

  #rest(version: string | undefined): void {
    const now = Date.now();
    for (const [each, until] of this.#resting) {
      if (until <= now) {
        this.#resting.delete(each);
      }
    }
    if (version) {
      this.#resting.set(version, now + REST_MS);
    }
  }

  async #build(options: Options, version: string | undefined): Promise<void> {
    if (Date.now() > this.#nextSweep) {
      this.#nextSweep = Date.now() + SWEEP_MS;
      await removeLeftovers(tmpdir());
    }
    const shadows = await mkdtemp(join(tmpdir(), 'slipway-mkdocs-'));
    try {
      for (const [module, extension] of Object.entries(SHADOWED)) {
        await writeFile(join(shadows, `${module}.py`), shadow(extension));
      }
      await mkdir(join(shadows, 'materialx'));
      await writeFile(join(shadows, 'materialx', '__init__.py'), '');
      await writeFile(join(shadows, 'materialx', 'emoji.py'), ICONS);
      await writeFile(
        join(shadows, 'sitecustomize.py'),
        greeting(this.#limits),
      );
      await this.#run(options, shadows, version);
    } finally {
      await rm(shadows, { recursive: true, force: true });
    }
  }

  async #run(
    options: Options,
    pythonPath: string,
    version: string | undefined,
  ): Promise<void> {
    const { args, workingDir, logStream, mountDirs = {} } = options;
    const mounts = Object.entries(mountDirs);
    const outside = (path: string) => {
      const mount = mounts.find(
        ([, inside]) => path === inside || path.startsWith(`${inside}/`),
      );
      return mount ? mount[0] + path.slice(mount[1].length) : path;
    };
    if (this.#isStopping) {
      throw stopping();
    }
    const command = ['-c', LAUNCHER, 'mkdocs', ...args.map(outside), '-v'];
    const child = spawn('/bin/sh', command, {
      cwd: workingDir && outside(workingDir),
      env: {
        ...Object.fromEntries(KEPT.map(name => [name, process.env[name]])),
        PYTHONPATH: pythonPath,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own, to be stopped with all that it starts.
      detached: true,
    });
    const { pid } = child;
    const timer = setTimeout(() => killGroup(pid), this.#limits.milliseconds);
    if (pid) {
      this.#groups.add(pid);
    }
    child.stdout?.on('data', chunk => logStream?.write(chunk));
    let isShadowed = false;
    child.stderr?.on('data', chunk => {
      isShadowed ||= String(chunk).includes(pythonPath);
      logStream?.write(chunk);
    });
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      // With it goes what it has started and not waited for.
      child.on('exit', () => killGroup(pid));
      child.on('close', (code, signal) => {
        if (code === 0) {
          resolve();
        } else if (this.#isStopping) {
          reject(stopping());
        } else if (code === NOT_FOUND) {
          reject(
            new Error(
              'There is no mkdocs on the path of the portal (PATH). Install mkdocs-techdocs-core into a virtual environment of Python, and put its bin folder on the path.',
            ),
          );
        } else {
          const isOver = signal || code === OVER_LIMITS;
          if (isOver) {
            this.#rest(version);
          }
          reject(
            new Error(
              isOver
                ? `MkDocs was stopped (${signal ?? 'out of memory or room'}): it may take ${most(this.#limits)}. Part the documentation into smaller sites.`
                : `Command mkdocs failed, exit code: ${code}`,
            ),
          );
        }
      });
    }).finally(() => {
      clearTimeout(timer);
      if (pid) {
        this.#groups.delete(pid);
      }
    });
    if (!isShadowed) {
      throw new Error(
        'The mkdocs on the path ignores PYTHONPATH, and so would read files that pages name. Install it into a virtual environment of Python.',
      );
    }
  }
}
