import { mockServices } from '@backstage/backend-test-utils';
import { readKubernetesSecretsConfig } from './config';

const read = (kubernetes?: object) =>
  readKubernetesSecretsConfig(
    mockServices.rootConfig({
      data: kubernetes ? { databases: { secrets: { kubernetes } } } : {},
    }),
  );

it('needs a namespace and nothing else', () => {
  expect(read({ namespace: 'slipway' })).toEqual({ namespace: 'slipway' });
});

it.each([
  [undefined, /databases\.secrets\.kubernetes\.namespace/],
  [{ namespace: 'Not/One' }, /must be the name of a namespace/],
  [{ namespace: 'a', token: 'hunter2' }, /databases\.secrets\.kubernetes /],
])('refuses %j and repeats no value', (config, message) => {
  expect(() => read(config)).toThrow(message);
  expect(() => read(config)).not.toThrow(/Not\/One|hunter2/);
});
