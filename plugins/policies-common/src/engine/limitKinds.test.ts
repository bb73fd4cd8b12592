import { formatPolicyProblem } from '../document/problems';
import { readPolicies } from './loadPolicies';
import { limitKinds } from './limitKinds';
import { POLICY_COST_MAX } from './limits';

/** A policy that takes many steps: it looks through each text of a long list. */
const dear = (name: string, kind: string) => `apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: ${name}, title: Test, description: For a test. }
spec:
  owner: platform-team
  mode: deny
  reason: Because.
  comply: Do otherwise.
  match: { kinds: ['${kind}'] }
  validations:
    - expression: request.user.groups.all(a, a.contains('x') || a.contains('y'))
      message: It is wrong.
`;

const read = (...documents: string[]) =>
  readPolicies([{ file: 'all.yaml', text: documents.join('---\n') }]);

it('bounds what all policies about one kind take together', () => {
  const [one] = read(dear('one', 'DatabaseRequest')).policies;
  expect(one.cost).toBeGreaterThan(10_000);
  expect(one.cost).toBeLessThan(POLICY_COST_MAX);
  const many = (kind: string) =>
    Array.from({ length: Math.ceil(300_001 / one.cost) }, (_, n) =>
      dear(`${kind.toLowerCase()}-${n}`, kind),
    );
  const within = many('DatabaseRequest').slice(0, -1);

  expect(read(...within).problems).toEqual([]);
  // Of another kind they do not add up.
  expect(read(...within, ...many('Component').slice(0, -1)).problems).toEqual(
    [],
  );
  expect(
    read(...many('DatabaseRequest')).problems.map(formatPolicyProblem),
  ).toEqual([
    expect.stringMatching(
      /^all\.yaml:1:1: All \d+ policies about DatabaseRequest may take 3\d{2},\d{3} steps together, and 300,000 are allowed\. Those that take most are databaserequest-0 \([\d,]+\), /,
    ),
  ]);
});

it('leaves in force what was taken by limits of before', () => {
  const text = dear('dear', 'Component').replace(
    'request.user.groups.all(a, ',
    'request.user.groups.all(b, b != "") && request.user.groups.all(a, request.user.groups.all(c, c != a) || ',
  );
  const files = [{ file: 'a.yaml', text }];
  expect(readPolicies(files).problems).toHaveLength(1);
  const { policies, problems } = readPolicies(files, { isInForce: true });
  expect([policies.length, problems]).toEqual([1, []]);
});

it('counts policies about every kind for each kind', () => {
  const { policies } = read(dear('component', 'Component'), dear('every', '*'));
  const [component, every] = policies.map(({ cost }) => cost);
  expect(limitKinds(policies, component + every)).toEqual([]);
  const problems = limitKinds(policies, component + every - 1);
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('All 2 policies about Component'),
  ]);
});
