import type { TechDocsContainerRunner } from '@backstage/plugin-techdocs-node';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

/** Python runs it first of all. The folder's name cannot be guessed, so nothing else says it. */
const GREETING = `import os
import sys

print(
    "Diagrams of PlantUML and Graphviz are shown as text, by", os.path.dirname(__file__),
    file=sys.stderr, flush=True,
)
`;

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
  static create(): MkDocsRunner {
    return new MkDocsRunner();
  }

  private constructor() {}

  /** @throws Error when MkDocs is missing, ends with an error, or does not see {@link SHADOWED} */
  async runContainer(options: Options): Promise<void> {
    const shadows = await mkdtemp(join(tmpdir(), 'slipway-mkdocs-'));
    try {
      for (const [module, extension] of Object.entries(SHADOWED)) {
        await writeFile(join(shadows, `${module}.py`), shadow(extension));
      }
      await writeFile(join(shadows, 'sitecustomize.py'), GREETING);
      await this.#run(options, shadows);
    } finally {
      await rm(shadows, { recursive: true, force: true });
    }
  }

  async #run(options: Options, pythonPath: string): Promise<void> {
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
      env: {
        ...Object.fromEntries(KEPT.map(name => [name, process.env[name]])),
        PYTHONPATH: pythonPath,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', chunk => logStream?.write(chunk));
    let isShadowed = false;
    child.stderr.on('data', chunk => {
      isShadowed ||= String(chunk).includes(pythonPath);
      logStream?.write(chunk);
    });
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', code =>
        code === 0
          ? resolve()
          : reject(new Error(`Command mkdocs failed, exit code: ${code}`)),
      );
    });
    if (!isShadowed) {
      throw new Error(
        'The mkdocs on the path ignores PYTHONPATH, and so would read files that pages name. Install it into a virtual environment of Python.',
      );
    }
  }
}
