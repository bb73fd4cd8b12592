import { createMockDirectory } from '@backstage/backend-test-utils';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { MkDocsRunner } from './MkDocsRunner';

function isRunning(pid: string): boolean {
  try {
    // One that has ended and that nobody has asked for its outcome is there, too.
    return !/^Z|^$/.test(
      execFileSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }),
    );
  } catch {
    return false;
  }
}

async function waitFor(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > end) {
      throw new Error('It did not happen within 20 seconds');
    }
    await new Promise(wake => setTimeout(wake, 100));
  }
}

/** With the Python of the real MkDocs, which runs something else in its place. */
describe('MkDocsRunner', () => {
  const tools = createMockDirectory();
  const python = `${dirname(
    execFileSync('which', ['mkdocs'], { encoding: 'utf8' }).trim(),
  )}/python`;

  async function runOnce(...args: Parameters<typeof run>) {
    const [result] = await run(...args);
    if (result.status === 'rejected') {
      throw result.reason;
    }
  }

  async function run(
    program: string,
    limits: Parameters<typeof MkDocsRunner.create>[0],
    times = 1,
  ) {
    return withProgram(program, () => {
      const runner = MkDocsRunner.create(limits);
      return Promise.allSettled(
        Array.from({ length: times }, () =>
          runner.runContainer({ imageName: 'none', args: [] }),
        ),
      );
    });
  }

  async function withProgram<T>(program: string, work: () => Promise<T>) {
    tools.setContent({
      'mkdocs.py': program,
      mkdocs: `#!/bin/sh\nexec ${python} ${tools.resolve('mkdocs.py')}\n`,
    });
    chmodSync(tools.resolve('mkdocs'), 0o755);
    const { PATH } = process.env;
    process.env.PATH = `${tools.path}:${PATH}`;
    try {
      return await work();
    } finally {
      process.env.PATH = PATH;
    }
  }

  it('lets it have what it needs', async () => {
    await expect(
      runOnce(`bytearray(64 * 2**20)`, { memoryBytes: 512 * 2 ** 20 }),
    ).resolves.toBeUndefined();
  });

  it('stops what takes too long', async () => {
    await expect(
      runOnce(`import time; time.sleep(60)`, { milliseconds: 600 }),
    ).rejects.toThrow(
      /MkDocs was stopped \(SIGKILL\).*Part the documentation into smaller sites/,
    );
  });

  it('gives no more memory than documentation needs, where the system knows such a limit', async () => {
    const made = tools.resolve('made');
    const outcome = await runOnce(
      `bytearray(600 * 2**20); open('${made}', 'w')`,
      {
        memoryBytes: 512 * 2 ** 20,
      },
    ).then(
      () => 'done',
      error => error.message,
    );
    const isKnown = process.platform === 'linux';
    expect(outcome).toBe(
      isKnown
        ? 'MkDocs was stopped (out of memory or room): it may take 5 minutes, 512 MiB of memory and 100 MiB for a file. Part the documentation into smaller sites.'
        : 'done',
    );
    expect(existsSync(made)).toBe(!isKnown);
  });

  const moments = `
import time
def note(what):
    with open('LOG', 'a') as log: log.write(what)
`;
  const inTurns = (seconds: number) =>
    `${moments.replace('LOG', tools.resolve('log'))}
note('+'); time.sleep(${seconds}); note('-')`;
  const log = () => readFileSync(tools.resolve('log'), 'utf8');

  it('builds two at a time, whatever number is asked for, and goes on after one that failed', async () => {
    const results = await run(`${inTurns(0.5)}; assert False`, {}, 5);
    expect(results.map(({ status }) => status)).toEqual(
      Array(5).fill('rejected'),
    );
    expect(log().match(/[+-]/g)).toHaveLength(10);
    let running = 0;
    const counts = [...log()].map(sign => (running += sign === '+' ? 1 : -1));
    expect(Math.max(...counts)).toBe(2);
  });

  it('lets nobody wait for ever, and starts nothing for who has stopped waiting', async () => {
    const results = await run(
      inTurns(1.5),
      { builds: 1, waitMilliseconds: 300 },
      3,
    );
    expect(results).toEqual([
      { status: 'fulfilled', value: undefined },
      ...Array(2).fill({
        status: 'rejected',
        reason: expect.objectContaining({
          name: 'ServiceUnavailableError',
          message: expect.stringMatching(
            /builds of documentation.*again later/,
          ),
        }),
      }),
    ]);
    expect(log()).toBe('+-');
  });

  it('builds one of a repository at a time, so that others get their turn', async () => {
    const order = new Array<string>();
    await withProgram(inTurns(0.7), async () => {
      const runner = MkDocsRunner.create();
      const build = async (repository: string, folder: string) => {
        await runner.during(folder, { repository }, () =>
          runner.runContainer({
            imageName: 'none',
            args: [],
            mountDirs: { [folder]: '/input' },
          }),
        );
        order.push(folder);
      };
      await Promise.all([
        ...['slow-1', 'slow-2', 'slow-3'].map(each => build('slow', each)),
        build('other', 'tiny'),
      ]);
    });
    expect(order.slice(2)).toEqual(['slow-2', 'slow-3']);
    expect(order.slice(0, 2).sort()).toEqual(['slow-1', 'tiny']);
  }, 30_000);

  const ofFile = (statement: string) =>
    `${inTurns(0)}
try:
    ${statement}
except BaseException as error:
    raise RuntimeError('while a page was built') from error
`;

  it.each<[string, string, string, Parameters<typeof run>[1]]>([
    ['time', 'SIGKILL', inTurns(30), { milliseconds: 1_500 }],
    [
      'room in a file',
      'out of memory or room',
      ofFile(`open('${tools.resolve('made')}', 'wb').truncate(200 * 2**20)`),
      {},
    ],
    ...(process.platform === 'linux'
      ? [
          [
            'memory',
            'out of memory or room',
            ofFile('bytearray(600 * 2**20)'),
            { memoryBytes: 512 * 2 ** 20 },
          ] satisfies [string, string, string, object],
        ]
      : []),
  ])(
    'does not begin again at once what took too much %s, unless it changed',
    async (_, why, program, limits) => {
      await withProgram(program, async () => {
        const runner = MkDocsRunner.create(limits);
        const build = (version: string) =>
          runner.during('folder', { repository: 'slow', version }, () =>
            runner.runContainer({
              imageName: 'none',
              args: [],
              mountDirs: { folder: '/input' },
            }),
          );
        await expect(build('1')).rejects.toThrow(`was stopped (${why})`);
        await expect(build('1')).rejects.toThrow(
          /is not built again before .*, unless it changes. Part it/,
        );
        expect(log().match(/\+/g)).toHaveLength(1);
        await expect(build('2')).rejects.toThrow(`was stopped (${why})`);
        expect(log().match(/\+/g)).toHaveLength(2);
      });
    },
    30_000,
  );

  it('ends within seconds of a portal that is killed, with what it has started, busy or not', async () => {
    const portal = await withProgram(
      `import os, re, subprocess
started = subprocess.Popen(['sleep', '300'])
with open('${tools.resolve('pids.part')}', 'w') as pids: pids.write(f'{os.getpid()} {started.pid}')
os.rename('${tools.resolve('pids.part')}', '${tools.resolve('pids')}')
# No other thread of Python gets its turn during this.
re.match('(a+)+$', 'a' * 60 + 'b')
`,
      async () => {
        const started = spawn(
          process.execPath,
          [
            '--require',
            require.resolve('@backstage/cli/config/nodeTransform.cjs'),
            resolve(__dirname, '__testUtils__/buildDocs.ts'),
          ],
          { stdio: 'inherit', env: process.env },
        );
        await waitFor(() => existsSync(tools.resolve('pids')));
        return started;
      },
    );
    const pids = readFileSync(tools.resolve('pids'), 'utf8').split(' ');
    expect(pids.map(isRunning)).toEqual([true, true]);
    portal.kill('SIGKILL');
    await once(portal, 'exit');
    try {
      await waitFor(() => !pids.some(isRunning));
    } finally {
      pids.filter(isRunning).forEach(pid => process.kill(Number(pid), 9));
    }
  }, 90_000);

  it('lets no file grow without end', async () => {
    await expect(
      runOnce(
        `open('${tools.resolve('made')}', 'wb').truncate(200 * 2**20)`,
        {},
      ),
    ).rejects.toThrow(/out of memory or room|SIGXFSZ/);
  });
});
