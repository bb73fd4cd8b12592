import type { JsonValue } from '@backstage/types';
import { readPolicies } from '../engine/loadPolicies';
import { mergePatch } from './policyCases';
import { runPolicyCases } from './runCases';

const { policies } = readPolicies([
  {
    file: 'policy.yaml',
    text: `
apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: test, title: Test, description: For a test. }
spec:
  owner: platform-team
  mode: deny
  reason: Because.
  comply: Do otherwise.
  match: { kinds: [DatabaseRequest], environments: [production] }
  validations:
    - { expression: object.name != 'bad', field: name, message: The name is bad. }
    - { expression: object.size != 'xlarge', field: size, message: It is too big. }
`,
  },
]);

const run = (cases: string, policy = 'test') => {
  const { results, problems } = runPolicyCases(policies, [
    {
      file: 'cases.yaml',
      text: `apiVersion: slipway.dev/v1alpha1
kind: PolicyCases
policy: ${policy}
request:
  kind: DatabaseRequest
  object: { name: good, size: small, environment: production }
cases:
${cases}`,
    },
  ]);
  return {
    failures: results.map(({ line, failure }) => failure && [line, failure]),
    problems: problems.map(({ message }) => message),
  };
};

describe('runPolicyCases', () => {
  it('passes what is as expected', () => {
    expect(
      run(`
  - { name: a, expect: pass }
  - { name: b, with: { object: { name: bad } }, expect: { field: name } }
  - { name: c, with: { object: { size: xlarge } }, expect: fail }
  - { name: d, with: { object: { name: bad, size: xlarge } }, expect: [{ field: name }, { message: big }] }
  - { name: e, with: { object: { environment: staging } }, expect: skip }
  - { name: f, with: { object: { name: null } }, expect: { failed: true, message: 'no "name"' } }
`),
    ).toEqual({ failures: Array(6).fill(undefined), problems: [] });
  });

  it('says what is not, and what is instead', () => {
    expect(
      run(`  - { name: a, expect: fail }
  - { name: b, with: { object: { name: bad } }, expect: pass }
  - { name: c, with: { object: { name: bad } }, expect: { field: size } }
  - { name: d, with: { object: { name: bad, size: xlarge } }, expect: { field: size } }
  - { name: e, with: { object: { environment: staging } }, expect: pass }
  - { name: f, with: { object: { name: null } }, expect: fail }
  - { name: g, with: { operation: drop }, expect: pass }
`).failures,
    ).toEqual([
      [8, 'It should fail. It passes.'],
      [9, 'It should pass. It fails: name: The name is bad.'],
      [10, expect.stringMatching(/It should fail with \{"field":"size"\}\. /)],
      [11, expect.stringMatching(/name is bad\. size: It is too big/)],
      [12, expect.stringMatching(/It does not apply: .* production\.$/)],
      [13, expect.stringMatching(/It should fail by its rules\. /)],
      [14, expect.stringMatching(/request\.operation is not known\. Choose/)],
    ]);
  });

  it('wants a case that passes, and one that fails by each rule', () => {
    expect(
      run(
        '  - { name: a, with: { object: { name: bad } }, expect: { field: name } }',
      ).problems,
    ).toEqual([
      'test has no case that passes. Add one.',
      'test has no case that fails by spec.validations[1]. Add one.',
    ]);
  });

  it('knows no cases of a policy that does not exist', () => {
    expect(run('  - { name: a, expect: pass }', 'other').problems[0]).toBe(
      'There is no policy "other".',
    );
  });
});

describe('mergePatch', () => {
  // The examples of RFC 7396.
  it.each<[JsonValue, JsonValue, JsonValue]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('lays over %j %j', (base, over, merged) => {
    expect(mergePatch(base, over)).toEqual(merged);
  });
});
