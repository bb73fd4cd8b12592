import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../lib/paths.mjs';
import { formatPolicyProblem, testPolicies } from './engine.mjs';
import { readPolicyFiles } from './files.mjs';

const { results, problems } = testPolicies(readPolicyFiles([]));

test('the policies that ship are right, and each rule has a case that fails by it', () => {
  assert.deepEqual(problems.map(formatPolicyProblem), []);
  assert.ok(results.length > 0);
});

for (const { policy, name, failure } of results) {
  test(`${policy}: ${name}`, () => assert.equal(failure, undefined));
}

test('the policy of the documentation works', () => {
  const guide = readFileSync(join(root, 'docs', 'write-a-policy.md'), 'utf8');
  const [policy, cases] = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(
    ([, text]) => ({ file: 'docs/write-a-policy.md', text }),
  );
  const run = testPolicies({ policies: [policy], cases: [cases] });
  assert.deepEqual(run.problems.map(formatPolicyProblem), []);
  assert.deepEqual(
    run.results.map(({ failure }) => failure),
    [undefined, undefined, undefined],
  );
});
