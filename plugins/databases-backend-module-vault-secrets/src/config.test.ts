import { mockServices } from '@backstage/backend-test-utils';
import { readVaultSecretsConfig } from './config';

const read = (vault?: object) =>
  readVaultSecretsConfig(
    mockServices.rootConfig({
      data: vault ? { databases: { secrets: { vault } } } : {},
    }),
  );
const address = 'https://vault.example.com:8200';

it('needs an address and a token', () => {
  expect(read({ address, tokenFile: '/run/token' })).toEqual({
    address,
    tokenFile: '/run/token',
    mount: 'secret',
    prefix: 'slipway',
  });
});

it.each([
  [undefined, /databases\.secrets\.vault\.address/],
  [{ address: 'ftp://hunter2', token: 'x' }, /vault\.address/],
  [{ address }, /databases\.secrets\.vault\.token must be given/],
  [{ address, token: 'hunter2', tokenFile: '/run/token' }, /not both/],
  [{ address, token: 'x', mount: '../hunter2' }, /vault\.mount must be/],
  [{ address, token: 'x', prefix: 'a//hunter2' }, /vault\.prefix must be/],
  [{ address, token: 'x', password: 'hunter2' }, /secrets\.vault /],
])('refuses %j and repeats no value', (config, message) => {
  expect(() => read(config)).toThrow(message);
  expect(() => read(config)).not.toThrow(/hunter2/);
});
