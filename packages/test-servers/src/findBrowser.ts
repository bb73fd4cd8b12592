import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';

const run = promisify(execFile);

/**
 * A Chromium to be launched by playwright-core's `chromium.launch`.
 *
 * @public
 */
export interface Browser {
  executablePath: string;
  args: string[];
  /** The variables that it needs beside ours. */
  env: Record<string, string>;
  /** For the test's log: which one it is. */
  description: string;
}

const NAMES = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
];
const MAC_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Finds a browser: the one in SLIPWAY_BROWSER, an installed Chrome or Chromium, or the one that npm has brought.
 *
 * @throws Error when none of them runs on this machine
 * @public
 */
export async function findBrowser(): Promise<Browser> {
  const installed = [
    process.env.SLIPWAY_BROWSER,
    ...NAMES.flatMap(name =>
      (process.env.PATH ?? '').split(delimiter).map(dir => join(dir, name)),
    ),
    ...MAC_PATHS,
  ].filter((path): path is string => Boolean(path && existsSync(path)));
  const tried: string[] = [];
  for (const path of installed) {
    const version = await versionOf(path, {});
    if (version) {
      return describe(path, {}, `${version} (${path})`);
    }
    tried.push(path);
  }
  if (process.platform === 'linux' && process.arch === 'x64') {
    const browser = await unpackFromNpm();
    if (browser) {
      return browser;
    }
    tried.push('@sparticuz/chromium');
  }
  throw new Error(
    `No browser for the tests. Install Chrome or Chromium, or name one in SLIPWAY_BROWSER. Tried: ${tried.join(', ') || 'none found'}`,
  );
}

function describe(
  executablePath: string,
  env: Record<string, string>,
  description: string,
): Browser {
  return {
    executablePath,
    env,
    description,
    // Chromium's sandbox cannot be had as root; what it shows here is our own portal only.
    args: [
      '--disable-dev-shm-usage',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  };
}

async function versionOf(
  path: string,
  env: Record<string, string>,
): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, ['--version'], {
      env: { ...process.env, ...env },
      timeout: 20_000,
    });
    return stdout.trim();
  } catch {
    // It misses a library, or is for another machine: another one is tried.
    return undefined;
  }
}

async function unpackFromNpm(): Promise<Browser | undefined> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const home = dirname(dirname(dirname(entry)));
  const { version } = JSON.parse(
    await readFile(join(home, 'package.json'), 'utf8'),
  );
  const cache =
    process.env.SLIPWAY_CACHE_DIR || join(homedir(), '.cache', 'slipway');
  const folder = join(cache, `chromium-${version}`);
  if (!existsSync(folder)) {
    await unpack(join(home, 'bin'), folder);
  }
  const path = join(folder, 'chromium');
  // The machine's own libraries first; those that the package brings are for machines without them.
  const environments: Record<string, string>[] = [
    {},
    {
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
    },
  ];
  for (const env of environments) {
    const found = await versionOf(path, env);
    if (found) {
      return describe(path, env, `${found} (from npm)`);
    }
  }
  return undefined;
}

async function unpack(source: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}.`);
  try {
    await decompress(join(source, 'chromium.br'), join(draft, 'chromium'));
    await chmod(join(draft, 'chromium'), 0o755);
    for (const [name, into] of [
      ['al2023', 'al2023'],
      ['fonts', 'fonts'],
      ['swiftshader', '.'],
    ]) {
      const archive = join(draft, `${name}.tar`);
      await decompress(join(source, `${name}.tar.br`), archive);
      await mkdir(join(draft, into), { recursive: true });
      await run('tar', ['-xf', archive, '-C', join(draft, into)]);
      await rm(archive);
    }
    await chmod(draft, 0o755);
    await rename(draft, folder).catch(error => {
      // Another test was faster.
      if (!existsSync(folder)) {
        throw error;
      }
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function decompress(from: string, to: string): Promise<void> {
  await pipeline(
    createReadStream(from),
    createBrotliDecompress(),
    createWriteStream(to),
  );
}
