import { mockServices } from '@backstage/backend-test-utils';
import { readAwsSecretsConfig } from './config';

const read = (aws?: object) =>
  readAwsSecretsConfig(
    mockServices.rootConfig({
      data: aws ? { databases: { secrets: { aws } } } : {},
    }),
  );

it('needs a region and nothing else', () => {
  expect(read({ region: 'eu-central-1' })).toEqual({
    region: 'eu-central-1',
    prefix: 'slipway/',
  });
});

it.each([
  [undefined, /databases\.secrets\.aws\.region/],
  [{ region: 'Europe!' }, /must be a region/],
  [
    { region: 'eu-central-1', prefix: 'a b' },
    /databases\.secrets\.aws\.prefix/,
  ],
  [{ region: 'eu-central-1', endpoint: 'hunter2' }, /aws\.endpoint/],
  [{ region: 'eu-central-1', secretKey: 'hunter2' }, /secrets\.aws /],
])('refuses %j and repeats no value', (config, message) => {
  expect(() => read(config)).toThrow(message);
  expect(() => read(config)).not.toThrow(/Europe!|hunter2/);
});
