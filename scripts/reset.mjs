import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { stopLeftovers } from '../packages/local-stack/src/processes/leftovers.mjs';
import {
  isAlive,
  stopProcess,
} from '../packages/local-stack/src/processes/processes.mjs';
import { Advice, runMain } from './lib/advice.mjs';
import { contents, isUnused, isOurs, throwAway } from './lib/dataFolder.mjs';
import { readLock, takeLock } from './lib/lock.mjs';
import { parse } from './lib/options.mjs';
import { dataDir } from './lib/paths.mjs';

const PATIENCE_MS = 90_000;
const usage = `npm run reset -- [--yes]

  Stops the portal and throws away everything that it remembers.
`;

await runMain(async () => {
  const { values } = parse(
    process.argv.slice(2),
    { yes: { type: 'boolean', short: 'y' }, help: { type: 'boolean' } },
    usage,
  );
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const data = dataDir();
  if (!existsSync(data)) {
    console.log(`There is nothing to throw away: ${data} does not exist.`);
    return 0;
  }
  // What another program keeps may have the same names.
  if (!isOurs(data)) {
    if (isUnused(data)) {
      console.log(
        `There is nothing to throw away: the portal has kept nothing in ${data}.`,
      );
      return 0;
    }
    throw new Advice(`${data} does not look like the portal's data folder.`, {
      wayOut: 'Check SLIPWAY_DATA_DIR. Nothing was deleted.',
    });
  }
  const holder = readLock(join(data, 'start.lock'));
  const runs = holder && isAlive(holder);
  console.log(`This throws away ${data}:`);
  for (const [name, meaning] of Object.entries(contents)) {
    if (existsSync(join(data, name))) {
      console.log(`  - ${meaning}`);
    }
  }
  if (runs) {
    console.log(
      `and first stops the portal that runs on it (pid ${holder.pid}).`,
    );
  }
  if (!values.yes && !(await confirmed())) {
    console.log('Nothing was deleted.');
    return 1;
  }
  if (runs) {
    await stopProcess(holder, 'SIGTERM', PATIENCE_MS);
  }
  await stopLeftovers(data);
  const lock = takeLock(join(data, 'start.lock'));
  if (lock.holder) {
    throw new Advice(
      `Somebody has just started it again (pid ${lock.holder.pid}).`,
    );
  }
  const left = await throwAway(data);
  if (left.length > 0) {
    console.log(
      `It did not put these there, and left them: ${left.join(', ')}`,
    );
  }
  console.log('Done. The next start begins anew.');
  return 0;
});

async function confirmed() {
  if (!process.stdin.isTTY) {
    throw new Advice('Nobody is there to confirm this.', {
      wayOut: 'Say it on the command line: npm run reset -- --yes',
    });
  }
  const prompt = createInterface({
    input: process.stdin,
    output: process.stdout,
  });
  const answer = await prompt.question('Type "reset" to go on: ');
  prompt.close();
  return answer.trim() === 'reset';
}
