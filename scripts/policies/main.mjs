import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { Advice, runMain } from '../lib/advice.mjs';
import { parse } from '../lib/options.mjs';
import { readPolicyFiles } from './files.mjs';
import {
  explainPolicies,
  formatPolicyProblem,
  readParams,
  testPolicies,
} from './engine.mjs';

const usage = `npm run policies -- test [--json] [<file or folder>]...
       npm run policies -- explain [--policies <file or folder>]... [--config <file>]... <request>

  test      runs the cases of policies: of those that ship, or of those given
  explain   says how each policy judges a request (a file of YAML or JSON), and why
  --config  configuration of a portal, e.g. app-config.yaml, whose policies.params take the place of those in the policies
  --json    the results as JSON
`;

await runMain(async () => {
  const { values, positionals } = parse(
    process.argv.slice(2),
    {
      json: { type: 'boolean', default: false },
      policies: { type: 'string', multiple: true },
      config: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
    usage,
    true,
  );
  const [command, ...paths] = positionals;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (command === 'test') {
    return test(paths, values.json);
  }
  if (command === 'explain' && paths.length === 1) {
    return explain(paths[0], values);
  }
  throw new Advice(
    command === 'explain'
      ? 'Give one file with a request.'
      : `Say what to do: test or explain${command ? `, not "${command}"` : ''}.`,
    { wayOut: `Usage: ${usage.trim()}` },
  );
});

/** Prints the cases that fail, and why. Returns 1 when there are any. */
function test(paths, json) {
  const { results, problems } = testPolicies(readPolicyFiles(paths));
  const failed = results.filter(({ failure }) => failure);
  if (json) {
    console.log(JSON.stringify({ results, problems }, null, 2));
  } else {
    for (const problem of problems) {
      console.log(`${bad('✗')} ${formatPolicyProblem(problem)}`);
    }
    for (const { policy, name, file, line, failure } of failed) {
      console.log(
        `${bad('✗')} ${policy}: ${name}\n  ${failure}\n  ${dim(`${file}:${line}`)}`,
      );
    }
    const policies = new Set(results.map(({ policy }) => policy)).size;
    console.log(
      `${count(policies, 'policy', 'policies')}, ${count(results.length, 'case')}: ${results.length - failed.length} pass, ${failed.length} fail${problems.length > 0 ? `, and ${count(problems.length, 'problem')}` : ''}`,
    );
  }
  return failed.length + problems.length > 0 ? 1 : 0;
}

/** Prints how each policy judges a request. Returns 1 when one of them refuses it. */
async function explain(path, options) {
  const { policies: policyPaths = [], config = [], json } = options;
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Advice(`The file ${path} cannot be read.`);
  }
  const { policies } = readPolicyFiles(policyPaths);
  const params = await readParams(config).catch(error => {
    throw new Advice(`The configuration cannot be read: ${error.message}`);
  });
  const { explanations, verdict, problems, notGiven, notUsed } =
    explainPolicies(policies, { file: path, text }, { params });
  if (problems.length > 0) {
    throw new Advice(problems.map(formatPolicyProblem).join('\n'));
  }
  if (json) {
    console.log(
      JSON.stringify({ verdict, explanations, notGiven, notUsed }, null, 2),
    );
    return verdict.allowed ? 0 : 1;
  }
  for (const each of explanations.filter(({ skipped }) => !skipped)) {
    const mark = each.findings.length > 0 ? bad('✗') : good('✓');
    console.log(`${mark} ${each.policy} (${each.mode}) ${dim(each.title)}`);
    for (const { part, name, expression, outcome, ok } of each.steps) {
      console.log(
        `    ${part === 'validation' ? `validation ${name}` : `${part} ${name}`}: ${ok ? outcome : bad(outcome)}\n      ${dim(expression.replace(/\s+/g, ' '))}`,
      );
    }
    for (const { field, message, reason, comply } of each.findings) {
      console.log(
        `    ${bad(`${field ? `${field}: ` : ''}${message}`)}\n      Why: ${reason}\n      To comply: ${comply}`,
      );
    }
  }
  const skipped = explanations.filter(each => each.skipped);
  if (skipped.length > 0) {
    console.log(`\nNot about this request:`);
    for (const each of skipped) {
      console.log(`  ${each.policy}: ${dim(each.skipped)}`);
    }
  }
  if (notGiven.length > 0) {
    console.log(
      `\nNot given: ${notGiven.join(', ')}. The portal finds that out before it asks, and may be answered otherwise: put it into the request to see how.`,
    );
  }
  if (notUsed.length > 0) {
    console.log(
      `\nNot used: policies.params of ${notUsed.join(', ')}, which ${notUsed.length === 1 ? 'is' : 'are'} not among these policies.`,
    );
  }
  if (config.length === 0) {
    console.log(
      '\nParameters are those in the policies. What a portal has in policies.params counts with --config app-config.yaml.',
    );
  }
  console.log(
    `\n${verdict.allowed ? good('Allowed') : bad('Refused')}, with ${count(verdict.findings.length, 'finding')}`,
  );
  return verdict.allowed ? 0 : 1;
}

function count(number, one, several = `${one}s`) {
  return `${number} ${number === 1 ? one : several}`;
}

function bad(text) {
  return styleText('red', text);
}

function good(text) {
  return styleText('green', text);
}

function dim(text) {
  return styleText('dim', text);
}
