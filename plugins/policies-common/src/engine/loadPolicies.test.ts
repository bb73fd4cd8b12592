import fc from 'fast-check';
import { loadPolicies, readPolicies } from './loadPolicies';
import { EXPRESSION_COST_MAX } from './limits';
import { formatPolicyProblem } from '../document/problems';

const template = (parts: {
  expression?: string;
  match?: string;
  params?: string;
  variables?: string;
  name?: string;
}) => `apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata:
  name: ${parts.name ?? 'test'}
  title: Test
  description: For a test.
spec:
  owner: platform-team
  mode: deny
  reason: Because.
  comply: Do otherwise.
  match: { kinds: [${parts.match ?? 'DatabaseRequest'}] }
  params: ${parts.params ?? '{}'}
  variables: ${parts.variables ?? '[]'}
  validations:
    - expression: ${parts.expression ?? "'true'"}
      message: It is wrong.
`;

const problemsOf = (...texts: string[]) =>
  readPolicies(
    texts.map((text, i) => ({ file: `${'abc'[i]}.yaml`, text })),
  ).problems.map(formatPolicyProblem);

const problemOf = (parts: Parameters<typeof template>[0]) =>
  problemsOf(template(parts)).join('\n');

describe('readPolicies', () => {
  it('has nothing against a policy that is right', () => {
    expect(problemsOf(template({}))).toEqual([]);
  });

  it.each([
    [
      'what does not parse',
      'object.name == && true',
      'a.yaml:16:32: spec.validations[0].expression: The expression is not CEL: "=" is not expected here.',
    ],
    [
      'a field that does not exist',
      'object.nmae == "orders"',
      'a.yaml:16:26: spec.validations[0].expression: DatabaseRequest has no field "nmae". It has: name,',
    ],
    [
      'a field deep down that does not exist',
      'has(object.backup.days)',
      'Backup has no field "days". It has: enabled, retentionDays.',
    ],
    ['a variable that does not exist', 'obj.name == ""', '"obj" is not known'],
    [
      'a comparison that is never true',
      'object.name == 3',
      'string is compared with int',
    ],
    ['what is no condition', 'object.name', 'of type string, and bool'],
    [
      'a function on what it is not for',
      'object.name.contains(3)',
      'string.contains(int) does not exist. There is: string.contains(string).',
    ],
    ['a function that does not exist', 'sha256(object.name) == ""', 'sha256'],
    [
      'a loop over text',
      'object.name.all(c, c == "a")',
      'no list or map that one can loop over',
    ],
    [
      'a pattern that RE2 does not know',
      "object.name.matches('(?=a)')",
      'is not known to RE2',
    ],
    [
      'a pattern that a requester writes',
      'object.name.matches(object.description)',
      'is not written in the policy',
    ],
    [
      'branches of different types',
      '(object.encrypted ? object.name : 3) == 3',
      'Make them alike',
    ],
    ['what is nested without end', '('.repeat(2_000), 'nested more than 60'],
    ['what is endless', `true ${'&& true '.repeat(1_000)}`, 'longer than 5000'],
  ])('refuses %s, with line and reason', (_, expression, reason) => {
    expect(problemOf({ expression: JSON.stringify(expression) })).toContain(
      reason,
    );
  });

  it.each([
    [
      'loops within loops over what may be long',
      'object.metadata.tags.all(a, object.metadata.tags.all(b, object.metadata.tags.exists(c, c == a + b)))',
    ],
    [
      'loops over what nobody declared',
      'object.spec.a.all(a, object.spec.b.all(b, a == b))',
    ],
    [
      'text that grows',
      "object.metadata.description.replace('', object.metadata.description).replace('', object.metadata.description) == ''",
    ],
    [
      'a list that is made long',
      'object.metadata.tags.map(a, object.metadata.tags.map(b, object.metadata.tags)).size() > 0',
    ],
    [
      'a pattern for a long text',
      `object.spec.definition.matches('${'(a|b)'.repeat(20)}')`,
    ],
  ])('refuses %s, with what it may take', (_, expression) => {
    const problem = problemOf({
      match: 'API',
      expression: JSON.stringify(expression),
    });
    expect(problem).toMatch(
      /^a\.yaml:16:20: spec\.validations\[0\]\.expression: The expression may take [\d,.e+]+ steps, and 100,000 are allowed\./,
    );
  });

  it.each([
    '!object.metadata.description.matches("x[xy]{900}[^xy]")',
    'object.metadata.annotations.all(k, !k.matches("(\\\\w+\\\\s+){300}"))',
    'object.metadata.description.replace("d", "e").size() > 0',
  ])('leaves in force what takes too many steps by now: %s', expression => {
    const files = [
      {
        file: 'a.yaml',
        text: template({
          match: 'API',
          expression: JSON.stringify(expression),
        }),
      },
    ];
    expect(readPolicies(files).problems[0].message).toMatch(
      /steps, and 100,000 are allowed/,
    );
    const set = loadPolicies(files, { isInForce: true });
    expect(
      set.evaluate({
        kind: 'API',
        operation: 'create',
        object: {
          metadata: { name: 'a', description: 'd', annotations: { a: 'b' } },
        },
      }),
    ).toMatchObject({ allowed: true, findings: [] });
  });

  it('refuses what is endless none at all times', () => {
    const endless = `string(object.metadata.description)${'.replace("", object.metadata.description)'.repeat(100)}`;
    expect(
      problemOf({
        match: 'API',
        expression: JSON.stringify(`[].map(x, ${endless}).size() == 0`),
      }),
    ).toMatch(/may take endless steps, and 100,000 are allowed/);
  });

  it('refuses variables that double what the one before holds', () => {
    const variables = Array.from({ length: 40 }, (_, i) => ({
      name: `v${i}`,
      expression: i
        ? `variables.v${i - 1} + variables.v${i - 1}`
        : 'object.name',
    }));
    expect(problemOf({ variables: JSON.stringify(variables) })).toContain(
      'steps, and 100,000 are allowed',
    );
  });

  it('places a problem in a block of several lines', () => {
    const expression = `|\n        object.name != '' &&\n          object.nmae != ''\n`;
    expect(problemOf({ expression })).toMatch(
      /^a\.yaml:18:17: .*no field "nmae"/,
    );
  });

  it('checks a policy against each of its kinds', () => {
    expect(
      problemOf({
        match: 'Component, DatabaseRequest',
        expression: 'has(object.spec.owner)',
      }),
    ).toMatch(
      /DatabaseRequest has no field "spec".*for requests of kind DatabaseRequest/,
    );
  });

  it.each([
    ['an unknown field', 'title: Test', 'titel: Test', '5:3: metadata.titel'],
    ['a mode that does not exist', 'deny', 'forbid', '9:9: spec.mode is not'],
    [
      'a key that comes twice',
      '  mode: deny',
      '  mode: deny\n  mode: warn',
      ':10:3: This key is there twice',
    ],
    ['an alias', 'name: test', 'name: &a test', 'Anchors (&name)'],
    ['a tag', 'name: test', 'name: !!binary dGVzdA==', 'a.yaml:4'],
    ['another kind', 'kind: Policy', 'kind: Polices', 'kind must be "Policy"'],
    ['a name in capitals', 'name: test', 'name: Test', 'metadata.name is not'],
    [
      'a missing reason',
      '  reason: Because.\n',
      '',
      'spec.validations[0].reason is missing',
    ],
    ['YAML that ends too soon', '{}', '{', 'a.yaml:'],
  ])('refuses %s', (_, from, to, problem) => {
    const text = template({});
    expect(text).toContain(from);
    expect(problemsOf(text.replace(from, to)).join('\n')).toContain(problem);
  });

  it('refuses the same name in two files, and names both', () => {
    expect(problemsOf(template({}), template({}))).toEqual([
      'b.yaml:4:9: There is another policy "test", in a.yaml. Give one of them another name.',
    ]);
  });

  it('refuses a bomb of aliases before any is followed', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghij'
      .split('')
      .map((name, i) => {
        const before = 'abcdefghij'[i];
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`;
      })
      .join('\n')}`;
    // As one problem: those of other files are told beside it.
    expect(problemsOf(bomb, 'no policy')).toEqual([
      'a.yaml:1:7: Anchors (&name) and aliases (*name) are not read here. Write out what they stand for; the file has 91 of them.',
      expect.stringMatching(/^b\.yaml:1:1: /),
    ]);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['maps', '{a: '.repeat(50_000)],
    ['dashes', '- '.repeat(10_000)],
    ['a file of a megabyte', 'a'.repeat(1_000_000)],
    ['nothing', ''],
    ['a number', '42'],
  ])('refuses a file of %s with a problem', (_, text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });

  it('reads policies with parameters that the company chose, of the same type', () => {
    const read = (params: unknown) =>
      readPolicies([{ file: 'a', text: template({ params: '{ days: 7 }' }) }], {
        params: { test: params as never },
      }).problems.map(({ message }) => message);
    expect(read({ days: 8 })).toEqual([]);
    expect(read({ days: 'eight' })).toEqual([
      'The parameter days that was chosen for test is a string. Give a number.',
    ]);
    expect(read({ hours: 8 })).toEqual([
      'The parameter hours that was chosen for test is not known. The policy has: days.',
    ]);
    const KINDS =
      'must be text, a number, true or false, a list of them, or a map of those.';
    for (const days of [null, [null], { a: { b: { c: 1 } } }]) {
      expect(read({ days })).toEqual([
        `The parameter days that was chosen for test ${KINDS}`,
      ]);
    }
    expect(read(null)).toEqual([
      'What was chosen as parameters of test is no map. Give one, or leave it out.',
    ]);
  });

  it('never throws, whatever stands where an expression should', () => {
    const words = fc.constantFrom(
      ...'object . name [ ] ( ) { } && || ! == < + - * / % ? : , "a" 1 2.0 in has all map x true null size matches @ \\ \n \' `'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 25 }), parts => {
        const expression = JSON.stringify(parts.join(' ') || ' ');
        const { policies, problems } = readPolicies([
          { file: 'a.yaml', text: template({ expression }) },
        ]);
        expect(policies.length + problems.length).toBeGreaterThan(0);
        for (const each of policies) {
          expect(each.cost).toBeLessThanOrEqual(EXPRESSION_COST_MAX);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, whatever the file', () => {
    fc.assert(
      fc.property(
        fc.nat(template({}).length),
        fc.string({ maxLength: 8 }),
        fc.nat(30),
        (at, text, length) => {
          const whole = template({});
          const { policies, problems } = readPolicies([
            {
              file: 'a.yaml',
              text: whole.slice(0, at) + text + whole.slice(at + length),
            },
          ]);
          expect(policies.length + problems.length).toBeGreaterThan(0);
          for (const { line, column } of problems) {
            expect([line > 0, column > 0]).toEqual([true, true]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
