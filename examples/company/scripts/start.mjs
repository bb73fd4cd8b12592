import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { run } from './run.mjs';
import { company, slipwayHome } from './slipway.mjs';

if (!existsSync(join(company, 'packages/app/dist/index.html'))) {
  await build();
}

// What --config names on the command line is laid over ours, in its order.
await run(
  join(company, 'packages/backend/src/index.ts'),
  [
    '--config',
    join(slipwayHome(), 'app-config.yaml'),
    '--config',
    join(company, 'app-config.company.yaml'),
    ...process.argv.slice(2),
  ],
  {
    cwd: company,
    // Makes the TypeScript of both repositories run as it is.
    nodeOptions: [
      '--require',
      join(company, 'node_modules/@backstage/cli/config/nodeTransform.cjs'),
    ],
  },
);
