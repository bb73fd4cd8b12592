import { parseInput } from '@slipway/input';
import { waiverRequestSchema, type WaiverRequestInput } from './waiver';

const request: WaiverRequestInput = {
  policy: 'encryption-in-production',
  field: 'encrypted',
  scope: { kind: 'DatabaseRequest', name: 'orders', environment: 'production' },
  owner: 'team-orders',
  reason: 'The old client cannot; it is replaced in January.',
  expiresAt: '2027-01-31T00:00:00+01:00',
};

const check = (change: object) => () =>
  parseInput(waiverRequestSchema, { ...request, ...change });

it('reads a request, with refs and times in full', () => {
  expect(check({})()).toEqual({
    ...request,
    owner: 'group:default/team-orders',
    expiresAt: '2027-01-30T23:00:00.000Z',
  });
});

it.each([
  [{ kind: 'DatabaseRequest' }, /scope would cover everything of its kind/],
  [
    { kind: 'DatabaseRequest', environment: 'production' },
    /scope would cover everything of its kind/,
  ],
  [{ kind: '*', name: 'orders' }, /scope.kind is a pattern/],
  [{ kind: 'Component', name: '*' }, /scope.name is a pattern/],
  [{ kind: 'Component', name: ' ' }, /scope.name is empty/],
  [{ kind: 'Component', owner: 'group:default/*' }, /scope.owner is a pattern/],
  [{ kind: 'Component', owner: 'user:default/eva' }, /scope.owner is not one/],
  [{ kind: 'Component', entityRef: 'orders' }, /scope.entityRef is not one/],
])('refuses the scope %j', (scope, why) => {
  expect(check({ scope })).toThrow(why);
});

it.each([
  [{ policy: '*' }, /policy is a pattern/],
  [{ reason: '' }, /reason is empty/],
  [{ owner: 'user:default/eva' }, /owner is not one/],
  [{ expiresAt: 'soon' }, /expiresAt is not a time/],
  [{ forever: true }, /forever/],
])('refuses %j', (change, why) => {
  expect(check(change)).toThrow(why);
});
