import { createMockDirectory } from '@backstage/backend-test-utils';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { MkDocsRunner } from './MkDocsRunner';

/** With the Python of the real MkDocs, which runs something else in its place. */
describe('MkDocsRunner', () => {
  const tools = createMockDirectory();
  const python = `${dirname(
    execFileSync('which', ['mkdocs'], { encoding: 'utf8' }).trim(),
  )}/python`;

  async function run(
    program: string,
    limits: { milliseconds?: number; memoryBytes?: number },
  ) {
    tools.setContent({
      'mkdocs.py': program,
      mkdocs: `#!/bin/sh\nexec ${python} ${tools.resolve('mkdocs.py')}\n`,
    });
    chmodSync(tools.resolve('mkdocs'), 0o755);
    const { PATH } = process.env;
    process.env.PATH = `${tools.path}:${PATH}`;
    try {
      await MkDocsRunner.create(limits).runContainer({
        imageName: 'none',
        args: [],
      });
    } finally {
      process.env.PATH = PATH;
    }
  }

  it('lets it have what it needs', async () => {
    await expect(
      run(`bytearray(64 * 2**20)`, { memoryBytes: 512 * 2 ** 20 }),
    ).resolves.toBeUndefined();
  });

  it('stops what takes too long', async () => {
    await expect(
      run(`import time; time.sleep(60)`, { milliseconds: 600 }),
    ).rejects.toThrow(
      /MkDocs was stopped \(SIGKILL\).*Part the documentation into smaller sites/,
    );
  });

  it('gives no more memory than documentation needs, where the system knows such a limit', async () => {
    const made = tools.resolve('made');
    const outcome = await run(`bytearray(600 * 2**20); open('${made}', 'w')`, {
      memoryBytes: 512 * 2 ** 20,
    }).then(
      () => 'done',
      error => error.message,
    );
    const isKnown = process.platform === 'linux';
    expect(outcome).toBe(
      isKnown ? 'Command mkdocs failed, exit code: 1' : 'done',
    );
    expect(existsSync(made)).toBe(!isKnown);
  });

  it('lets no file grow without end', async () => {
    await expect(
      run(`open('${tools.resolve('made')}', 'wb').truncate(200 * 2**20)`, {}),
    ).rejects.toThrow(/exit code: 1|SIGXFSZ/);
  });
});
