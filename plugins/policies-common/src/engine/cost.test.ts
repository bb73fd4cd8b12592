import type { JsonObject } from '@backstage/types';
import { countSteps } from '../cel/meter';
import { POLICY_COST_MAX } from './limits';
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

const sum = (times: number) =>
  Array(times).fill('object.metadata.tags').join(' + ');

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

/** The steps that a request really takes. */
const stepsOf = (set: PolicySet, object: JsonObject) => {
  const { steps, result } = countSteps(Infinity, () =>
    set.evaluate({ kind: 'API', operation: 'create', object }),
  );
  expect(result).toMatchObject({
    findings: expect.not.arrayContaining([
      expect.objectContaining({ failed: true }),
    ]),
  });
  return steps;
};

describe('the estimate of the cost', () => {
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
    ['!("none" in object.spec.more)'],
    ['dyn(object.metadata.tags + object.metadata.tags).all(t, t != "")'],
    ['(object.spec.more + object.metadata.tags).all(m, m != "")'],
    ['[1, object.metadata.tags][1].exists(t, t == "none") || true'],
    ['[object.metadata.tags, 1][0] == [object.spec.more, 1][0] || true'],
    ['"%s of %s".format([object.metadata.tags, object.spec.owner]) != ""'],
    ['"%.2f".format([1.5]) == "1.50"'],
    ['request.time.getHours("Europe/Berlin") < 24'],
    ['object.metadata.description.contains(object.metadata.tags[0]) || true'],
  ])('is not exceeded by %s, when all is as long as it may be', expression => {
    const { policies, problems } = read(expression);
    expect(problems).toEqual([]);
    const steps = stepsOf(PolicySet.create(policies), biggest);
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThanOrEqual(policies[0].cost);
  });

  it.each([
    'object.metadata.annotations.all(k, object.metadata.annotations[k].startsWith("http"))',
    'object.metadata.links.all(l, l.url.startsWith("https://") || l.url.startsWith("mailto:") || l.title.size() < 100)',
    'object.metadata.labels.all(k, object.metadata.labels[k].matches("^[a-z0-9-]+$") && k.matches("^[a-z./-]+$"))',
    'object.metadata.labels.all(k, object.metadata.labels[k].replace("_", "-") == object.metadata.labels[k])',
    'object.metadata.links.all(l, l.url.matches("^https://") && l.title.matches("^[A-Z]"))',
    'object.spec.definition.startsWith("openapi:")',
    'object.spec.children.all(c, c.startsWith("team-"))',
    'object.spec.steps.all(s, !has(s.input.token) || s.input.token.startsWith("${{"))',
  ])('allows %s', expression => {
    expect(read(expression).problems).toEqual([]);
  });

  it('is a guess for what nobody declared, which may be compared within what a policy may take', () => {
    const { policies } = read('object.spec.deep == object.spec.alike');
    const steps = stepsOf(PolicySet.create(policies), biggest);
    expect(steps).toBeGreaterThan(policies[0].cost);
    expect(steps).toBeLessThan(POLICY_COST_MAX);
  });

  it.each([
    ['object.metadata.description.replace("d", "e").size() > 0'],
    ['object.spec.more[0].replace("a", "e").size() > 0'],
    ['object.spec.definition.contains("y") || true'],
    ['object.spec.more.all(a, object.spec.more.all(b, a != b))'],
    ['[1, 2, 3].all(i, !(object.spec.a in object.spec.list))'],
    [`dyn(${sum(60)}).all(t, t.matches("^[a-z0-9-]+$"))`],
    [`[1, ${sum(60)}][1].all(t, t.matches("^[a-z0-9-]+$"))`],
    [`("a" == "a" ? dyn(${sum(60)}) : 1).all(t, t.size() < 64)`],
    [`"%s".format([dyn(${sum(130)})]) != ""`],
    [
      'object.metadata.tags.all(a, object.metadata.tags.all(b, "%.1f".format([1.5]) != ""))',
    ],
    [
      'object.metadata.tags.all(a, object.metadata.tags.all(b, request.time.getHours("Asia/Tokyo") < 24))',
    ],
    ['object.metadata.description.matches("(x[xy]{30}){30}[^xy]")'],
    ['object.metadata.description.matches("x[xy]{900}[^xy]")'],
    ['object.metadata.description.matches("(\\w+\\s+){300}")'],
  ])('refuses %s', expression => {
    expect(read(expression).problems[0].message).toMatch(
      /may take [\d,]+ steps, and 100,000 are allowed/,
    );
  });

  it.each([
    ['name', '^[a-z0-9-]{1,30}-(dev|test|prod)-[a-z0-9-]{1,30}$'],
    ['name', '^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}\\.[A-Za-z]{2,24}$'],
    ['name', 'x[xy]{900}[^xy]'],
    ['name', '(\\w+\\s+){300}'],
    ['description', '(?i)api[_-]?key.{0,30}[0-9a-f]{32}'],
    ['description', '\\b(?:\\d[ -]*?){13,16}\\b'],
    ['tags', '^.{1,40}-.{1,40}-.{1,40}$'],
  ])('lets %s be searched for %s, whose states are many', (field, pattern) => {
    const matches = `matches(${JSON.stringify(pattern)})`;
    const { policies, problems } = read(
      field === 'tags'
        ? `object.metadata.tags.all(t, t.${matches}) || true`
        : `object.metadata.${field}.${matches} || true`,
    );
    expect(problems).toEqual([]);
    expect(stepsOf(PolicySet.create(policies), biggest)).toBeLessThanOrEqual(
      policies[0].cost,
    );
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
    [
      'an image of a registry',
      '^registry\\.example\\.com/[a-z0-9/._-]{1,200}(@sha256:[0-9a-f]{64}|:[A-Za-z0-9._-]{1,128})$',
      'registry.example.com/a:',
    ],
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
      for (const text of [near, 'aA0', allDifferent]) {
        const description = ''.padEnd(20_000, text);
        expect(
          stepsOf(set, { kind: 'API', metadata: { name: 'a', description } }),
        ).toBeLessThanOrEqual(policies[0].cost);
      }
    },
  );
});
