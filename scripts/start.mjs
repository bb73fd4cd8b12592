import { runMain } from './lib/advice.mjs';
import { readOptions } from './lib/options.mjs';
import { up } from './lib/up.mjs';

const usage = `npm start -- [--empty] [--config <file>]...

  --empty          leave the sample company out
  --config <file>  lay a configuration file over ours; may be repeated
`;

await runMain(async () => {
  const env = readOptions(process.argv.slice(2), usage);
  return env && up({ hotReload: false, env });
});
