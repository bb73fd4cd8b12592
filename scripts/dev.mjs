import { runMain } from './lib/advice.mjs';
import { readOptions } from './lib/options.mjs';
import { up } from './lib/up.mjs';

const usage = `npm run dev -- [--empty] [--config <file>]...

  The same as npm start, but the app and the backend run from their sources and reload when a file changes.
`;

await runMain(async () => {
  const env = readOptions(process.argv.slice(2), usage);
  return env && up({ hotReload: true, env });
});
