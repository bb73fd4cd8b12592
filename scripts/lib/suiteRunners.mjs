import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, root } from './paths.mjs';

/**
 * @typedef {object} Context what a suite is run with
 * @property {string} name - of the suite
 * @property {string} logDir - for whatever it wants to leave behind
 * @property {NodeJS.ProcessEnv} env
 * @property {() => Promise<{ connectionString: string }>} postgres - starts a throw-away Postgres 18 once for all suites
 * @property {(text: string) => void} say - prints a line
 * @property {(file: string) => void} again - notes that a file is tried again, for the end of the run
 * @property {AbortSignal} signal - aborted when the run is stopped
 */

/** @typedef {{ passed: number, failed: number }} Result */

/**
 * Runs a tool that says yes or no: one test.
 *
 * @param {Context} context
 * @param {string[]} command - a program of node_modules/.bin and its arguments
 * @returns {Promise<Result>}
 */
export async function runCheck(context, [name, ...args]) {
  const { code, text } = await runTool(context, [
    join(root, 'node_modules', '.bin', name),
    ...args,
  ]);
  if (code !== 0) {
    context.say(tail(text, 60));
  }
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** So many files that failed are tried again, each in a process of its own. Where more fail, it is not for what others left behind. */
const TRIED_AGAIN_MAX = 3;

/**
 * Runs the packages' own tests with jest.
 *
 * @remarks
 * Files share processes, and jest blames a promise that a file before has left behind on the test that happens to run. So a file that
 * fails is tried once more alone, and that counts. It is said that it was.
 *
 * @param {Context} context
 * @param {string[]} args - further arguments of jest, such as paths
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Result>}
 */
export async function runJest(context, args, env) {
  const { report, code } = await jest(context, args, env);
  if (!report) {
    return { passed: 0, failed: 1 };
  }
  let result = resultOf(report);
  const failed = report.testResults.filter(({ status }) => status === 'failed');
  for (const file of triedAgain(context, failed)) {
    context.say(`\n${file.name} failed, and is tried again alone.`);
    context.again(file.name);
    // What is known about the whole run stays.
    const alone = { ...context, name: `${context.name}-again` };
    const again = await jest(alone, [file.name], env);
    if (again.report) {
      const before = resultOf({ testResults: [file] });
      const after = resultOf(again.report);
      result = {
        passed: result.passed - before.passed + after.passed,
        failed: result.failed - before.failed + after.failed,
      };
    }
  }
  return failed.length === 0 && result.failed === 0 && code !== 0
    ? { ...result, failed: 1 }
    : result;
}

/** Which of the files that failed are tried again. */
function triedAgain({ signal }, failed) {
  return signal.aborted || failed.length > TRIED_AGAIN_MAX ? [] : failed;
}

/** One run of jest, with all that went wrong in it said. */
async function jest(context, args, env) {
  const output = join(context.logDir, `${context.name}.json`);
  await rm(output, { force: true });
  const { connectionString } = await context.postgres();
  const { code, text } = await runTool(
    context,
    [
      join(root, 'node_modules', '.bin', 'backstage-cli'),
      'repo',
      'test',
      '--config',
      join(root, 'scripts', 'jest', 'config.cjs'),
      `--cacheDirectory=${join(cacheDir(), 'jest')}`,
      '--watchAll=false',
      '--maxWorkers=2',
      '--json',
      `--outputFile=${output}`,
      ...args,
    ],
    {
      BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING: connectionString,
      ...env,
    },
  );
  const report = JSON.parse(await readFile(output, 'utf8').catch(() => '{}'));
  if (report.numTotalTests === undefined) {
    context.say(tail(text, 60));
    return { code };
  }
  for (const { status, name, message } of report.testResults) {
    if (status === 'failed') {
      context.say(`\n${name}\n${message}`);
    }
  }
  return { code, report };
}

/**
 * The numbers of a report of jest. What was skipped or left to do was not shown to work: it counts as failed, as does a file that could
 * not even be loaded.
 */
export function resultOf({ testResults }) {
  let passed = 0;
  let failed = 0;
  for (const { status, assertionResults } of testResults) {
    const good = assertionResults.filter(each => each.status === 'passed');
    const bad = assertionResults.length - good.length;
    passed += good.length;
    failed += bad === 0 && status === 'failed' ? 1 : bad;
  }
  return { passed, failed };
}

/**
 * Runs files with Node's own test runner, in the order in which they are given.
 *
 * @remarks
 * As with jest, a few files that fail are tried once more alone, when nothing else of the suite runs, and it is said that they were.
 *
 * @param {Context} context
 * @param {string[]} files
 * @param {{ concurrency?: number, env?: NodeJS.ProcessEnv, once?: boolean }} [options] - `once`: nothing is tried again
 * @returns {Promise<Result>}
 */
export async function runNodeTests(context, files, options = {}) {
  if (files.length === 0) {
    return { passed: 0, failed: 0 };
  }
  const { result, byFile } = await nodeTests(context, files, options);
  if (result.failed === 0 || options.once) {
    return result;
  }
  const failed = files.filter(file => byFile.get(file)?.failed !== 0);
  for (const file of triedAgain(context, failed)) {
    context.say(`\n${file} failed, and is tried again alone.`);
    context.again(file);
    const before = byFile.get(file) ?? { passed: 0, failed: 1 };
    const { result: after } = await nodeTests(
      { ...context, name: `${context.name}-again` },
      [file],
      options,
    );
    result.passed += after.passed - before.passed;
    result.failed += after.failed - before.failed;
  }
  return result;
}

/** One run of Node's test runner, with all that went wrong in it said. */
async function nodeTests(context, files, options) {
  const summaries = join(
    context.logDir,
    `${context.name.replaceAll(' ', '-')}.jsonl`,
  );
  await rm(summaries, { force: true });
  const { connectionString } = await context.postgres();
  const { code, text } = await runTool(
    context,
    [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('runTestFiles.mjs', import.meta.url)),
      String(options.concurrency ?? 2),
      summaries,
      ...files,
    ],
    {
      BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING: connectionString,
      ...options.env,
    },
  );
  const { result, byFile } = readSummaries(
    await readFile(summaries, 'utf8').catch(() => ''),
  );
  if (!result) {
    context.say(tail(text, 60));
    return { result: withoutEnd(files, byFile), byFile };
  }
  if (result.failed > 0 || code !== 0) {
    const from = text.indexOf('failing tests:');
    context.say(from < 0 ? tail(text, 60) : text.slice(from));
  }
  return {
    result: {
      passed: result.passed,
      failed: result.failed === 0 && code !== 0 ? 1 : result.failed,
    },
    byFile,
  };
}

/**
 * The numbers of a run that did not come to its end: what is known of its files, and one failure for each of the others.
 *
 * @returns {Result}
 */
export function withoutEnd(files, byFile) {
  const known = files.map(file => byFile.get(file)).filter(Boolean);
  const sum = key => known.reduce((all, each) => all + each[key], 0);
  return {
    passed: sum('passed'),
    // Something is wrong also when all were heard of.
    failed: sum('failed') + Math.max(1, files.length - known.length),
  };
}

/**
 * The numbers of what `summaryReporter.mjs` wrote, in all and by file. Without an end there is no result. What was skipped, left to do
 * or cancelled was not shown to work: it counts as failed.
 *
 * @returns {{ result?: Result, byFile: Map<string, Result> }}
 */
export function readSummaries(text) {
  const byFile = new Map();
  let result;
  for (const line of text.split('\n').filter(Boolean)) {
    const { file, counts } = JSON.parse(line);
    const { passed, tests } = counts;
    if (file === undefined) {
      result = { passed, failed: tests - passed };
    } else {
      byFile.set(file, { passed, failed: tests - passed });
    }
  }
  return { result, byFile };
}

/** Runs a script with our Node, its output in the suite's log. */
async function runTool(context, args, env = {}) {
  const path = join(context.logDir, `${context.name.replaceAll(' ', '-')}.log`);
  const log = createWriteStream(path);
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...context.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') {
        throw error;
      }
    }
  };
  context.signal.addEventListener('abort', stop);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      log.write(chunk);
      text += chunk;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  context.signal.removeEventListener('abort', stop);
  log.end();
  return { code, text };
}

function tail(text, lines) {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
