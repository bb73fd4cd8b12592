import { loadPolicies } from './loadPolicies';
import type { PolicyRequest } from './request';

const database: PolicyRequest = {
  kind: 'DatabaseRequest',
  operation: 'create',
  object: {
    name: 'orders',
    engine: 'postgres',
    size: 'small',
    environment: 'production',
    owner: 'group:default/team-orders',
    encrypted: false,
  },
  time: '2026-11-25T12:00:00Z',
};

const header = (name: string, mode = 'deny') => `
apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata:
  name: ${name}
  title: ${name}
  description: For a test.
spec:
  owner: platform-team
  mode: ${mode}
  reason: Because.
  comply: Do otherwise.
`;

const policy = (rest: string, options: { name?: string; mode?: string } = {}) =>
  `${header(options.name ?? 'test', options.mode)}${rest}`;

const validation = (expression: string) => `
  match: { kinds: [DatabaseRequest] }
  validations:
    - expression: ${JSON.stringify(expression)}
      message: It is wrong.
      field: encrypted
`;

const load = (...texts: string[]) =>
  loadPolicies(texts.map((text, i) => ({ file: `${i}.yaml`, text })));

describe('PolicySet', () => {
  it('takes no two values for the same when there is something in one that is too big to be read', () => {
    const set = load(
      policy(`
  match: { kinds: [Environment], operations: [update] }
  validations:
    - expression: object.spec.networking == oldObject.spec.networking
      message: It has changed.
    - expression: object.spec.networking.map(k, k).size() == 2
      message: It has another key.
`),
    );
    const networking = (egress: string) => ({
      spec: { networking: { a: 'b', egress: egress.repeat(10_001) } },
    });
    expect(
      set.evaluate({
        kind: 'Environment',
        operation: 'update',
        object: networking('x'),
        oldObject: networking('y'),
      }).findings,
    ).toMatchObject([
      {
        failed: true,
        message: expect.stringContaining(
          'object.spec.networking.egress has 10001 characters',
        ),
      },
    ]);
  });

  it('reads no more than the first 25,000 values of a request, and says what it has not read', () => {
    const set = load(policy(validation('object.encrypted == true || true')));
    let reads = 0;
    const value = () =>
      Object.defineProperty({}, 'a', {
        enumerable: true,
        get() {
          reads += 1;
          return 0;
        },
      });
    const many = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [
        `k${i}`,
        Array.from({ length: 400 }, value),
      ]),
    );
    const evaluate = (object: object) =>
      set.evaluate({ ...database, object: object as never });
    expect(evaluate({ encrypted: true, many })).toMatchObject({
      allowed: true,
    });
    expect(reads).toBeLessThan(25_000);
    expect(
      load(policy(validation('object.encrypted'))).evaluate({
        ...database,
        object: { many, encrypted: true } as never,
      }),
    ).toMatchObject({
      allowed: false,
      findings: [
        {
          failed: true,
          message: expect.stringContaining(
            'object.encrypted comes after 25,000 other values, and policies read no more of a request',
          ),
        },
      ],
    });
  });

  it('refuses with the rule, the field, the reason and how to comply', () => {
    const set = load(policy(validation('object.encrypted')));
    const verdict = set.evaluate(database);
    expect(verdict).toEqual({
      allowed: false,
      digest: set.digest,
      findings: [
        {
          policy: 'test',
          title: 'test',
          digest: set.policies[0].digest,
          mode: 'deny',
          validation: 0,
          field: 'encrypted',
          message: 'It is wrong.',
          reason: 'Because.',
          comply: 'Do otherwise.',
          failed: false,
        },
      ],
    });
    expect(
      set.evaluate({
        ...database,
        object: { ...database.object, encrypted: true },
      }),
    ).toEqual({ allowed: true, digest: set.digest, findings: [] });
  });

  it.each(['warn', 'audit'])('allows what it would %s about', mode => {
    const verdict = load(
      policy(validation('object.encrypted'), { mode }),
    ).evaluate(database);
    expect(verdict.allowed).toBe(true);
    expect(verdict.findings).toEqual([expect.objectContaining({ mode })]);
  });

  it.each([
    [
      'a field that the request does not have',
      'object.backup.retentionDays > 7',
      'the request has no "backup"',
    ],
    ['a division by zero', '1 / (size(object.name) - 6) > 0', 'zero'],
    [
      'what is neither true nor false',
      'dyn(object.name)',
      'neither true nor false',
    ],
  ])('refuses when it fails at %s', (_, expression, why) => {
    const verdict = load(policy(validation(expression))).evaluate(database);
    expect(verdict.allowed).toBe(false);
    expect(verdict.findings).toEqual([
      expect.objectContaining({
        failed: true,
        message: expect.stringContaining(why),
        comply: expect.stringContaining('tell group:default/platform-team'),
      }),
    ]);
  });

  it('refuses when a value is bigger than the cost was bounded for, and only if it is looked at', () => {
    const long = {
      ...database,
      object: { ...database.object, description: 'x'.repeat(1_001) },
    };
    const looking = load(policy(validation('object.description != ""')));
    expect(looking.evaluate(long).findings).toEqual([
      expect.objectContaining({
        failed: true,
        message: expect.stringContaining(
          'object.description has 1001 characters, and policies read at most 1000',
        ),
      }),
    ]);
    const other = load(policy(validation('object.name == "orders"')));
    expect(other.evaluate(long).allowed).toBe(true);
  });

  it.each([
    ['object.labels.all(name, name != "")'],
    ['"a" in object.labels'],
    ['object.labels == {"a": "b"}'],
    ['size(object.labels) > 0'],
    ['object.labels["a"] == "b"'],
    ['has(object.labels) && object.labels.a == "b"'],
  ])('refuses, and does not throw, when %s reads too much', expression => {
    const labels = Object.fromEntries(
      Array.from({ length: 51 }, (_, i) => [`label-${i}`, 'x']),
    );
    const { findings } = load(policy(validation(expression))).evaluate({
      ...database,
      object: { ...database.object, labels },
    });
    expect(findings).toEqual([
      expect.objectContaining({
        failed: true,
        message: expect.stringContaining('object.labels has 51 entries'),
      }),
    ]);
  });

  it('refuses a request that is not what its type says', () => {
    const set = load(policy(validation('true')));
    const verdict = set.evaluate({ ...database, time: 'soon' });
    expect(verdict.allowed).toBe(false);
    expect(verdict.findings).toEqual([
      expect.objectContaining({
        failed: true,
        message: expect.stringContaining('could not be evaluated'),
      }),
    ]);
    const object: Record<string, unknown> = { name: 'orders', encrypted: true };
    object.backup = object;
    expect(
      load(policy(validation('object.encrypted'))).evaluate({
        ...database,
        object: object as never,
      }).allowed,
    ).toBe(true);
  });

  it('refuses when a condition of the match fails', () => {
    const set = load(
      policy(`
  match: { kinds: [DatabaseRequest] }
  matchConditions: [{ name: isNew, expression: object.version == '18' }]
  validations: [{ expression: 'true', message: No. }]
`),
    );
    expect(set.evaluate(database)).toMatchObject({
      allowed: false,
      findings: [
        {
          failed: true,
          message:
            'The policy "test" could not be evaluated: its condition isNew failed, the request has no "version".',
        },
      ],
    });
  });

  it('does not mind an error that does not matter', () => {
    const set = load(
      policy(`
  match: { kinds: [DatabaseRequest] }
  variables:
    - name: broken
      expression: object.version == '18'
    - name: names
      expression: "['a', 'b'].filter(n, ['a'].exists(m, m == n))"
  validations:
    - expression: variables.broken || object.name == 'orders'
      message: It is wrong.
    - expression: "['x', 'y'].all(n, variables.names == ['a'] && n in ['x', 'y'])"
      message: A loop in a variable disturbs the one that asks for it.
`),
    );
    expect(set.evaluate(database).findings).toEqual([]);
  });

  it('asks about the kinds, operations, environments, owners and labels that it says', () => {
    const set = load(
      policy(`
  match:
    kinds: [DatabaseRequest]
    operations: [create]
    environments: [production]
    owners: [team-orders]
    labels: { tier: [critical, high] }
  validations:
    - expression: 'false'
      message: Never.
`),
    );
    const labelled = { ...database, labels: { tier: 'high' } };
    expect(set.evaluate(labelled).allowed).toBe(false);
    const others: Partial<PolicyRequest>[] = [
      { kind: 'Component' },
      { operation: 'update' },
      { environment: 'staging' },
      { owner: 'team-basket' },
      { labels: { tier: 'low' } },
      { labels: {} },
    ];
    for (const other of others) {
      expect([other, set.evaluate({ ...labelled, ...other }).findings]).toEqual(
        [other, []],
      );
    }
  });

  it('leaves deletions alone unless it is asked to look at them', () => {
    const set = load(policy(validation('false')));
    expect(set.evaluate({ ...database, operation: 'delete' }).findings).toEqual(
      [],
    );
  });

  it('asks policies of all kinds about kinds that nobody declared', () => {
    const set = load(
      policy(`
  match: { kinds: ['*'] }
  validations:
    - expression: object.colour == 'red'
      message: Not red.
`),
    );
    const request = { kind: 'Bicycle', operation: 'create' } as const;
    expect(
      set.evaluate({ ...request, object: { colour: 'red' } }).allowed,
    ).toBe(true);
    expect(
      set.evaluate({ ...request, object: { colour: 'blue' } }).allowed,
    ).toBe(false);
  });

  it('computes variables from those before, parameters and the request', () => {
    const set = load(
      policy(`
  match: { kinds: [DatabaseRequest] }
  params: { prefix: ord }
  variables:
    - name: wanted
      expression: params.prefix + 'ers'
    - name: fits
      expression: object.name == variables.wanted && request.operation == 'create'
  matchConditions:
    - name: production
      expression: request.environment == 'production'
  validations:
    - expression: '!variables.fits'
      message: Fixed.
      messageExpression: "'Not ' + variables.wanted + ', ' + request.owner + '.'"
`),
    );
    expect(set.evaluate(database).findings).toEqual([
      expect.objectContaining({
        message: 'Not orders, group:default/team-orders.',
      }),
    ]);
    expect(
      set.evaluate({ ...database, environment: 'staging' }).findings,
    ).toEqual([]);
  });

  it('keeps to the fixed message when the other cannot be made', () => {
    const set = load(
      policy(`
  match: { kinds: [DatabaseRequest] }
  validations:
    - expression: 'false'
      message: Fixed.
      messageExpression: object.version
`),
    );
    expect(set.evaluate(database).findings[0].message).toBe('Fixed.');
  });

  it('explains what was looked at, and why a policy does not apply', () => {
    const set = load(
      policy(validation('has(object.version)'), { name: 'one' }),
      policy(
        `
  match: { kinds: [Component] }
  validations: [{ expression: 'true', message: No. }]
`,
        { name: 'two' },
      ),
    );
    expect(set.explain(database)).toEqual([
      expect.objectContaining({
        policy: 'one',
        steps: [
          {
            part: 'validation',
            name: '0',
            expression: 'has(object.version)',
            outcome: 'false',
            ok: false,
          },
        ],
        findings: [expect.objectContaining({ message: 'It is wrong.' })],
      }),
      expect.objectContaining({
        policy: 'two',
        skipped: 'it is about Component',
        findings: [],
      }),
    ]);
  });

  it('explains what cannot be judged, as it answers it', () => {
    const set = load(
      policy(validation('true'), { name: 'one' }),
      policy(
        `
  match: { kinds: [Component] }
  validations: [{ expression: 'true', message: No. }]
`,
        { name: 'two' },
      ),
    );
    const request = { ...database, time: 'soon' };
    expect(set.explain(request)).toEqual([
      expect.objectContaining({
        policy: 'one',
        steps: [],
        findings: set.evaluate(request).findings,
      }),
      expect.objectContaining({
        policy: 'two',
        skipped: 'it is about Component',
        findings: [],
      }),
    ]);
  });

  it('has a version that follows what it says and not how it is written', () => {
    const digest = (text: string) => load(text).policies[0].digest;
    const text = policy(validation('object.encrypted'));
    expect(digest(`# A comment\n${text}`)).toBe(digest(text));
    expect(digest(text.replace('deny', 'warn'))).not.toBe(digest(text));
    const set = (params?: Record<string, number>) =>
      loadPolicies(
        [
          {
            file: 'a',
            text: policy(`
  match: { kinds: [DatabaseRequest] }
  params: { days: 7 }
  validations: [{ expression: params.days > 3, message: Few. }]
`),
          },
        ],
        { params: params && { test: params } },
      );
    expect(set({ days: 2 }).evaluate(database).allowed).toBe(false);
    expect(set().evaluate(database).allowed).toBe(true);
    expect(set({ days: 2 }).digest).not.toBe(set().digest);
  });

  it('judges requests whose fields are named like those of every object', () => {
    const set = load(policy(validation('object.name != ""')));
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const object = JSON.parse(`{ "${name}": {}, "name": "a" }`);
      expect(set.evaluate({ ...database, object }).allowed).toBe(true);
    }
  });
});
