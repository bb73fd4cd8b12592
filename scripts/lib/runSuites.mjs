import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '@slipway/test-servers';
import { notRun } from '../not-run.mjs';
import { suites } from '../suites.mjs';
import { runInLanes } from './lanes.mjs';
import { root } from './paths.mjs';
import { seconds } from './progress.mjs';

// Runs in our Node, with everything installed. `scripts/test.mjs` is the way in.

const HEARTBEAT_MS = 30_000;

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean' }, list: { type: 'boolean' } },
  allowPositionals: true,
});
process.exit(await main());

async function main() {
  if (values.list) {
    for (const { name, when } of suites) {
      console.log(`${name.padEnd(20)} ${when}`);
    }
    return 0;
  }
  const unknown = positionals.find(
    each => !suites.some(({ name }) => name === each),
  );
  if (unknown) {
    console.error(
      `There is no suite "${unknown}". There are: ${suites.map(({ name }) => name).join(', ')}`,
    );
    return 1;
  }
  const chosen = suites.filter(({ name, when }) =>
    positionals.length > 0
      ? positionals.includes(name)
      : when === 'quick' || values.all,
  );
  return run(chosen);
}

async function run(chosen) {
  const logDir = join(root, '.cache', 'test-logs');
  mkdirSync(logDir, { recursive: true });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => stop.abort());
  }
  let postgres;
  const again = [];
  const context = {
    logDir,
    signal: stop.signal,
    env: {
      ...process.env,
      CI: '1',
      FORCE_COLOR: '0',
      TZ: 'UTC',
      // A developer's own servers and settings are none of the tests' business.
      NODE_ENV: undefined,
      SLIPWAY_DATA_DIR: undefined,
    },
    postgres: () => {
      postgres ??= startPostgres();
      return postgres;
    },
    say: text => console.log(text),
    again: file => again.push(relative(root, file)),
  };
  const started = Date.now();
  let rows;
  try {
    rows = await runInLanes(chosen, {
      // The suites are laid out for two; more of them at once would not be quicker for the memory that they take.
      cores: Math.min(2, availableParallelism()),
      coresOf: ({ cores }) => cores,
      run: suite => runSuite(suite, context),
      signal: stop.signal,
    });
  } finally {
    await (await postgres)?.stop();
  }
  return report(rows, Date.now() - started, stop.signal.aborted, again);
}

async function runSuite(suite, context) {
  const started = Date.now();
  console.log(`· ${suite.name} …`);
  const heartbeat = setInterval(
    () =>
      console.log(`  … ${suite.name}: ${seconds(Date.now() - started)} so far`),
    HEARTBEAT_MS,
  );
  // What two suites say at once is told apart: each is heard when it is done.
  const said = [];
  const say = text => said.push(text);
  let result;
  try {
    result = await suite.run({ ...context, say, name: suite.name });
    if (result.passed + result.failed === 0) {
      say(`${suite.name} ran no test: that counts as one failed.`);
      result = { passed: 0, failed: 1 };
    }
  } catch (error) {
    say(error.stack);
    result = { passed: 0, failed: 1 };
  }
  clearInterval(heartbeat);
  const time = Date.now() - started;
  said.forEach(text => context.say(text));
  console.log(
    `${result.failed ? '✗' : '✓'} ${suite.name}  ${result.passed} passed, ${result.failed} failed  ${seconds(time)}`,
  );
  return { name: suite.name, time, ...result };
}

function report(rows, time, aborted, again) {
  const sum = key => rows.reduce((total, row) => total + row[key], 0);
  const cells = [
    ['suite', 'passed', 'failed', 'time'],
    ...rows.map(row => [
      row.name,
      String(row.passed),
      String(row.failed),
      seconds(row.time),
    ]),
    ['all', String(sum('passed')), String(sum('failed')), seconds(time)],
  ];
  const width = Math.max(...cells.map(([name]) => name.length));
  console.log('');
  for (const [name, ...numbers] of cells) {
    console.log(
      `${name.padEnd(width)} ${numbers.map(each => each.padStart(12)).join('')}`,
    );
  }
  console.log('');
  for (const { name, why } of notRun) {
    console.log(`not run: ${name} (${why})`);
  }
  for (const file of again) {
    console.log(`tried twice, the second time alone, which counts: ${file}`);
  }
  const failed = sum('failed') + (aborted ? 1 : 0);
  if (aborted) {
    console.log('The run was stopped: that counts as one failed.');
  }
  console.log(`${sum('passed')} passed, ${failed} failed`);
  return failed === 0 && rows.length > 0 ? 0 : 1;
}
