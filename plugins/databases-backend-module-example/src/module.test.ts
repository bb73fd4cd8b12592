import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { collectProviders } from '@slipway/plugin-databases-node/testUtils';
import { readExampleProviders } from './config';
import { databasesModuleExample } from './module';

const api = {
  id: 'data-team',
  title: 'Databases of the data team',
  environments: ['development'],
  url: 'http://127.0.0.1:1',
  token: 'hunter2',
};
const configOf = (...example: object[]) => ({
  data: { databases: { providers: { example } } },
});

describe('databasesModuleExample', () => {
  it('adds a provider for each configured API, without asking it', async () => {
    const { plugin, providers } = collectProviders();
    const backend = await startTestBackend({
      features: [
        plugin,
        databasesModuleExample,
        mockServices.rootConfig.factory(configOf(api, { ...api, id: 'other' })),
      ],
    });
    expect(providers.map(({ id }) => id)).toEqual(['data-team', 'other']);
    await backend.stop();
  });

  it.each([
    [{ ...api, url: 'ftp://hunter2' }, /example\.0\.url/],
    [{ ...api, token: '' }, /example\.0\.token/],
    [{ ...api, passwort: 'hunter2' }, /example\.0/],
  ])('refuses %j and repeats no value', (wrong, message) => {
    const read = () =>
      readExampleProviders(mockServices.rootConfig(configOf(wrong)));
    expect(read).toThrow(message);
    expect(read).not.toThrow(/hunter2/);
  });
});
