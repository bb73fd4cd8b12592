import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { link } from './link.mjs';
import { run } from './run.mjs';
import { company, slipwayHome } from './slipway.mjs';

/** Builds the app: Slipway's pages with our theme and our plugins in one bundle. */
export async function build() {
  await link();
  await run(
    join(company, 'node_modules/.bin/backstage-cli'),
    [
      'package',
      'build',
      '--config',
      join(slipwayHome(), 'app-config.yaml'),
      '--config',
      join(company, 'app-config.company.yaml'),
    ],
    { cwd: join(company, 'packages/app') },
  );
  if (!existsSync(join(company, 'packages/app/dist/index.html'))) {
    throw new Error('The app was built, but there is no packages/app/dist.');
  }
}

if (process.argv[1] === import.meta.filename) {
  await build();
}
