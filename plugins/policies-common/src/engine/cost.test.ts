import type { JsonObject } from '@backstage/types';
import { readPolicies } from './loadPolicies';
import { PolicySet } from './PolicySet';

const policy = (expression: string) => `
apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: test, title: Test, description: For a test. }
spec:
  owner: platform-team
  mode: deny
  reason: Because.
  comply: Do otherwise.
  match: { kinds: [API] }
  validations:
    - expression: ${JSON.stringify(expression)}
      message: It is wrong.
`;

const read = (expression: string) =>
  readPolicies([{ file: 'a.yaml', text: policy(expression) }]);

const texts = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => `${i}-`.padEnd(length, 'abcdefgh'));

/** RE2 is in many places of a pattern at once with it. */
const mixed = Array.from({ length: 63 }, (_, i) =>
  'xy'.charAt(Math.imul(i + 1, 0x9e3779b1) >>> 31),
).join('');

/** A value of some 600 kB. */
const deep = () =>
  texts(300, 60).map(name =>
    Object.fromEntries(texts(25, 60).map(key => [key, name])),
  );

/** Everything as long as it may be. */
const biggest: JsonObject = {
  kind: 'API',
  metadata: {
    name: 'n'.repeat(63),
    description: 'd'.repeat(20_000),
    tags: [mixed, ...texts(99, 63)],
    annotations: Object.fromEntries(
      texts(200, 63).map(name => [name, 'a'.repeat(100)]),
    ),
  },
  spec: {
    owner: 'o'.repeat(200),
    more: texts(500, 60),
    deep: deep(),
    alike: deep(),
    definition: 'x'.repeat(900_000),
  },
};

describe('the bound of the cost', () => {
  it.each([
    ['object.metadata.tags.all(a, object.metadata.tags.all(b, a != ""))'],
    ['object.metadata.tags.filter(t, t in object.metadata.tags).size() > 0'],
    ['object.metadata.tags.map(a, a + "!").all(b, b != "")'],
    ['object.metadata.tags.all(a, a.matches("^([a-z0-9]+-?)*$"))'],
    ['object.metadata.annotations.all(k, k.matches("(a|b|c)*x$") || true)'],
    ['object.spec.owner.replace("o", "oo").replace("o", "oo").size() > 0'],
    ['object.metadata.description.split("").size() > 0'],
    ['object.metadata.tags.map(t, t.split("a")).size() > 0'],
    ['object.spec.more.map(m, m).exists(m, m == "none") || true'],
    ['object.metadata.tags.join(",").lowerAscii().contains("zz") || true'],
    ['!object.metadata.tags[0].matches("x[xy]{5}[^xy]")'],
    ['!object.metadata.tags.exists(t, t.matches("x[xy]{9}[^xy]"))'],
    ['!object.metadata.description.matches("@sha256:[0-9a-f]{64}$")'],
    ['!object.metadata.description.matches("(?i)[a-f ]{1,5}https?://")'],
    ['object.spec.deep == object.spec.alike'],
    ['!("none" in object.spec.more)'],
  ])('is kept by %s, when all is as long as it may be', expression => {
    const { policies, problems } = read(expression);
    expect(problems).toEqual([]);
    const set = PolicySet.create(policies);
    const request = {
      kind: 'API',
      operation: 'create',
      object: biggest,
    } as const;
    // The shortest of some runs: others use the machine as well.
    const took = Math.min(
      ...Array.from({ length: 7 }, () => {
        const start = performance.now();
        const { findings } = set.evaluate(request);
        const end = performance.now();
        expect(findings.filter(each => each.failed)).toEqual([]);
        return end - start;
      }),
    );
    // Two thirds of a microsecond a step, four times over for a slow machine, and what it takes to read the request.
    expect(took).toBeLessThan(20 + policies[0].cost * 0.0027);
  });

  it.each([
    ['object.metadata.description.replace("d", "e").size() > 0'],
    ['object.spec.more[0].replace("a", "e").size() > 0'],
    ['object.spec.definition.contains("y") || true'],
    ['object.spec.more.all(a, object.spec.more.all(b, a != b))'],
    ['[1, 2, 3].all(i, !(object.spec.a in object.spec.list))'],
  ])('refuses %s', expression => {
    expect(read(expression).problems[0].message).toMatch(
      /may take [\d,]+ steps, and 100,000 are allowed/,
    );
  });

  it.each([
    'x[xy]{900}[^xy]',
    '(x[xy]{30}){30}[^xy]',
    'x[xy]{16}[^xy]|([xy]?){90}z',
    '\\b(\\d[ -]*){13,16}\\b',
    '(\\w+\\s+){300}',
  ])('refuses %s, of which a text can be at many places', pattern => {
    expect(
      read(`object.metadata.name.matches(${JSON.stringify(pattern)})`).problems,
    ).toMatchObject([
      {
        message: expect.stringMatching(
          /The pattern of matches takes too long: .* Write "\+" or "\*"/,
        ),
      },
    ]);
  });

  /** As many different characters as there can be. */
  const allDifferent = String.fromCodePoint(
    ...Array.from({ length: 20_000 }, (_, i) => 0x4e00 + i),
  );
  it.each([
    ['a key of AWS', 'AKIA[0-9A-Z]{16}', 'AKIA'],
    ['a token of GitHub', 'gh[pousr]_[A-Za-z0-9]{36}', 'ghp_'],
    ['a private key', '-----BEGIN [A-Z ]*PRIVATE KEY-----', '-----BEGIN A '],
    ['a password', '(?i)\\b(password|secret|token)\\b\\s*[:=]', 'password '],
    [
      'a version',
      '^v?(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$',
      '1.2.3-a',
    ],
    [
      'a name of DNS',
      '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$',
      'a-b.',
    ],
    ['a label', '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$', 'a'],
    [
      'an address of mail',
      '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[a-z]{2,}',
      'a.@',
    ],
    [
      'a UUID',
      '[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}',
      '01234567-0123-4',
    ],
    [
      'an image with its digest',
      '^([a-z0-9.-]+(:[0-9]+)?/)?[a-z0-9._/-]+@sha256:[0-9a-f]{64}$',
      'a/b',
    ],
    ['a digest', '@sha256:[0-9a-f]{64}$', '@sha256:0123456789abcdef'],
    ['an address of cron', '^(\\S+\\s+){4}\\S+$', '* '],
    [
      'a network',
      '\\b\\d{1,3}(\\.\\d{1,3}){3}/(3[0-2]|[12]?\\d)\\b',
      '10.20.30.40/',
    ],
    [
      'an address of the web',
      '(?i)https?://[^\\s/]+\\.internal\\b',
      'http://a.',
    ],
    ['letters of any language', '^[\\p{L}\\p{N} .,-]+$', 'ä'],
    ['a ticket', '\\b[A-Z]{2,10}-[0-9]{1,6}\\b', 'AB-1'],
  ])(
    'lets texts of 20,000 characters be searched for %s',
    (_, pattern, near) => {
      const { policies, problems } = read(
        `!object.metadata.description.matches(${JSON.stringify(pattern)}) || true`,
      );
      expect(problems).toEqual([]);
      expect(policies[0].cost).toBeLessThan(10_000);
      const set = PolicySet.create(policies);
      const took = [near, 'aA0', allDifferent].map(text => {
        const object = {
          kind: 'API',
          metadata: { name: 'a', description: ''.padEnd(20_000, text) },
        };
        return Math.min(
          ...Array.from({ length: 5 }, () => {
            const start = performance.now();
            set.evaluate({ kind: 'API', operation: 'create', object });
            return performance.now() - start;
          }),
        );
      });
      expect(Math.max(...took)).toBeLessThan(20 + policies[0].cost * 0.0027);
    },
  );
});
