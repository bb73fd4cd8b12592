import { countSteps } from '../cel/meter';
import { KIND_COST_MAX, POLICY_COST_MAX } from './limits';
import { readPolicies } from './loadPolicies';
import { PolicySet } from './PolicySet';

const policy = (
  expression: string,
  options: { name?: string; variables?: string[]; kind?: string } = {},
) => `
apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: ${options.name ?? 'test'}, title: Test, description: For a test. }
spec:
  owner: platform-team
  mode: deny
  reason: Because.
  comply: Do otherwise.
  match: { kinds: [${options.kind ?? 'API'}] }
  variables: ${JSON.stringify(
    (options.variables ?? []).map((each, i) => ({
      name: `v${i}`,
      expression: each,
    })),
  )}
  validations:
    - expression: ${JSON.stringify(expression)}
      message: It is wrong.
`;

/** As policies that are in force: no estimate refuses them. */
const evaluate = (
  texts: string[],
  object: object,
  { kind = 'API', oldObject }: { kind?: string; oldObject?: object } = {},
) => {
  const { policies, problems } = readPolicies(
    texts.map((text, i) => ({ file: `${i}.yaml`, text })),
    { isInForce: true },
  );
  expect(problems).toEqual([]);
  const set = PolicySet.create(policies);
  const { steps, result } = countSteps(Infinity, () =>
    set.evaluate({
      kind,
      operation: 'create',
      object: object as never,
      oldObject: oldObject as never,
    }),
  );
  if (result instanceof Error) throw result;
  return { steps, ...result };
};

const doubled = (first: string, times: number) => [
  first,
  ...Array.from(
    { length: times },
    (_, i) => `variables.v${i} + variables.v${i}`,
  ),
];

const api = {
  kind: 'API',
  metadata: { name: 'n', description: 'd'.repeat(20_000), tags: ['a'] },
  spec: {
    more: ['a', 'b'],
    text: 'x'.repeat(10_000),
    almost: `${'x'.repeat(5_000)}y${'x'.repeat(4_999)}`,
    pairs: Array.from({ length: 400 }, (_, i) => [i]),
  },
};

const task = {
  parameters: {
    m: Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [`k${i}`, 'v'.repeat(3_000)]),
    ),
  },
};

describe('the steps of an evaluation', () => {
  it.each<[string, string, string[]]>([
    [
      'a list that is doubled and whose type is hidden',
      'dyn(variables.v20).all(x, x != "q")',
      doubled('object.metadata.tags', 20),
    ],
    [
      'a list of which nothing is known, doubled',
      'variables.v19.all(x, x != "q")',
      doubled('object.spec.more', 19),
    ],
    [
      'a text of which nothing is known, doubled',
      'variables.v12.contains("zq") || true',
      doubled('object.spec.text', 12),
    ],
    [
      'a doubled list hidden among others',
      '[1, variables.v20][1].all(x, x != "q")',
      doubled('object.metadata.tags', 20),
    ],
    [
      'lists in lists of the same',
      'variables.v6 == variables.v6 || true',
      [
        '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]',
        ...Array.from(
          { length: 6 },
          (_, i) => `variables.v0.map(a, variables.v${i})`,
        ),
      ],
    ],
    [
      'two such, compared in lists of different types',
      '[variables.v6, 1][0] == [variables.v7, 1][0] || true',
      [
        '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]',
        ...Array.from(
          { length: 6 },
          (_, i) => `variables.v0.map(a, variables.v${i})`,
        ),
        'variables.v0.map(a, variables.v5)',
      ],
    ],
    [
      'a value that is looked for in lists',
      'variables.v0.all(a, variables.v0.all(b, !([b] in variables.v0)))',
      ['object.spec.pairs'],
    ],
    [
      'a text that nearly is at many places of another',
      '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].all(i, !object.metadata.description.contains(object.spec.almost))',
      [],
    ],
    [
      'texts that are put in place of each letter',
      'object.metadata.description.replace("d", "ee").size() > 0',
      [],
    ],
    [
      'hours of a time zone',
      'variables.v0.all(a, [1, 2, 3].all(b, request.time.getHours("Europe/Berlin") < 25))',
      ['object.spec.pairs'],
    ],
    [
      'fields that are not there',
      'variables.v0.all(a, variables.v0.all(b, object.spec.none == "" || true))',
      ['object.spec.pairs'],
    ],
    [
      'long chains of fields',
      `variables.v0.all(a, variables.v0.all(b, ${'[{"a": {"a": 1}}][0].a.a + '.repeat(20)}1 > 0))`,
      ['object.spec.pairs'],
    ],
    [
      'a pattern that is endless when it is written out',
      `object.metadata.tags[0].matches("${'x{1000}'.repeat(20)}")`,
      [],
    ],
    [
      'a pattern without end of states',
      '!object.metadata.description.matches("(x[xy]{30}){30}[^xy]")',
      [],
    ],
  ])('end at what a policy may take: %s', (_, expression, variables) => {
    const { allowed, findings, steps } = evaluate(
      [policy(expression, { variables })],
      api,
    );
    expect(allowed).toBe(false);
    expect(findings).toMatchObject([
      {
        failed: true,
        message:
          'The policy "Test" could not be evaluated: it takes more than 200,000 steps for this request.',
      },
    ]);
    // What was too much was not done, and is not counted.
    expect(steps).toBeLessThanOrEqual(POLICY_COST_MAX);
  });

  it('count what is written out', () => {
    const { findings } = evaluate(
      [
        policy(
          Array(40)
            .fill('"%s".format([object.parameters.m]) != ""')
            .join(' && '),
          { kind: 'TemplateTask' },
        ),
      ],
      task,
      { kind: 'TemplateTask' },
    );
    expect(findings[0].message).toMatch(/more than 200,000 steps/);
  });

  it.each(['50', '9223372036854775807'])(
    'do not grow with how often something may be replaced: %s times',
    times => {
      const { findings } = evaluate(
        [
          policy(
            `object.metadata.name.replace("", "x", ${times}).size() <= 5 && object.metadata.name.replace("", "", ${times}) == "ab"`,
          ),
        ],
        { metadata: { name: 'ab' } },
      );
      expect(findings).toEqual([]);
    },
  );

  it('are not given back by an error that does not matter', () => {
    const { allowed } = evaluate(
      [
        policy('variables.v21 || true', {
          variables: [
            ...doubled('object.metadata.tags', 20),
            'dyn(variables.v20).all(x, x != "q")',
          ],
        }),
      ],
      api,
    );
    expect(allowed).toBe(false);
  });

  it('end for all policies together as well', () => {
    const dear = 'variables.v0.all(a, variables.v0.all(b, a != b || true))';
    const { findings, steps } = evaluate(
      ['a', 'b', 'c'].map(name =>
        policy(dear, { name, variables: ['object.spec.pairs'] }),
      ),
      api,
    );
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining('it takes more than 200,000 steps'),
      expect.stringContaining(
        'all policies together take more than 300,000 steps',
      ),
      expect.stringContaining(
        'all policies together take more than 300,000 steps',
      ),
    ]);
    expect(steps).toBeLessThan(KIND_COST_MAX * 1.1);
  });

  it('are shared in an explanation as they are in an answer', () => {
    const { policies } = readPolicies(
      ['a', 'b', 'c'].map(name => ({
        file: `${name}.yaml`,
        text: policy(
          'variables.v0.all(a, variables.v0.all(b, a != b || true))',
          { name, variables: ['object.spec.pairs'] },
        ),
      })),
      { isInForce: true },
    );
    const set = PolicySet.create(policies);
    const request = {
      kind: 'API',
      operation: 'create' as const,
      object: api as never,
    };
    expect(set.explain(request).flatMap(({ findings }) => findings)).toEqual(
      set.evaluate(request).findings,
    );
  });

  it('are not taken from others by what is refused before it is done', () => {
    const { findings } = evaluate(
      [
        policy(`object.metadata.name.matches("${'x{1000}'.repeat(11)}")`, {
          name: 'a',
        }),
        policy('object.metadata.name == "boats"', { name: 'b' }),
      ],
      { metadata: { name: 'boats' } },
    );
    expect(findings.map(each => each.policy)).toEqual(['a']);
  });

  it('are few as a rule', () => {
    const { allowed, steps } = evaluate(
      [policy('object.metadata.tags.all(t, t.matches("^[a-z]+$"))')],
      api,
    );
    expect(allowed).toBe(true);
    expect(steps).toBeLessThan(20);
  });
});
