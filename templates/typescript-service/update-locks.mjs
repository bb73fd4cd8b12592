/** Makes both `package-lock.json` anew, from what `package.json` asks for today. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'name-of-the-service';
const directory = fileURLToPath(new URL('./', import.meta.url));

for (const variant of ['skeleton', 'database']) {
  const work = await mkdtemp(join(tmpdir(), 'locks-'));
  const manifest = await readFile(
    join(directory, variant, 'package.json'),
    'utf8',
  );
  await writeFile(
    join(work, 'package.json'),
    manifest.replace(/\$\{\{ values\.name \}\}/g, NAME),
  );
  execFileSync(
    'npm',
    [
      'install',
      '--package-lock-only',
      '--omit-lockfile-registry-resolved',
      '--no-audit',
      '--no-fund',
    ],
    { cwd: work, stdio: 'inherit' },
  );
  const lock = await readFile(join(work, 'package-lock.json'), 'utf8');
  await writeFile(
    join(directory, variant, 'package-lock.json'),
    lock.replaceAll(`"${NAME}"`, '"${{ values.name }}"'),
  );
  await rm(work, { recursive: true });
}
