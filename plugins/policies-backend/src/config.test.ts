import { mockServices } from '@backstage/backend-test-utils';
import { readPoliciesConfig } from './config';

const read = (policies?: object) =>
  readPoliciesConfig(
    mockServices.rootConfig({ data: { ...(policies && { policies }) } as {} }),
  );

it('reads the policies that come with Slipway where no location is named', () => {
  for (const policies of [undefined, {}, { waivers: {} }]) {
    expect(read(policies).locations).toEqual([
      { type: 'file', target: 'policies' },
    ]);
  }
  const own = [{ type: 'url', target: 'https://git.example.com/a/b' }];
  expect(read({ locations: own }).locations).toEqual(own);
});

it.each([
  [[], /policies\.locations is empty, and nothing is allowed without/],
  [
    [{ type: 'git', target: 'x' }],
    /policies\.locations\.0\.type must be file or url/,
  ],
  [
    Array(21).fill({ type: 'file', target: 'x' }),
    /policies\.locations has more than 20/,
  ],
])('refuses %j with the key', (locations, why) => {
  expect(() => read({ locations })).toThrow(why);
});
