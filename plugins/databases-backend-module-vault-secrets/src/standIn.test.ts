import { secretName, type SecretRef } from '@slipway/plugin-databases-node';
import {
  FaultyLine,
  secretStoreConformance,
} from '@slipway/plugin-databases-node/testUtils';
import { startStandIn } from './__testUtils__/startStandIn';
import { KvClient } from './KvClient';
import { VaultSecretStore } from './VaultSecretStore';

const pathOf = ({ id, revision }: SecretRef) =>
  `slipway/${secretName(id)}/${revision}`;

// No Vault: see `conformance-tests` for that.
secretStoreConformance(
  'The Vault store, with a stand-in in the place of Vault,',
  async () => {
    const vault = await startStandIn('a-token');
    const line = await FaultyLine.start(vault);
    return {
      line,
      // Six times what the client waits: what it reads first it waits for as well.
      answersWithinMs: 12_000,
      open: () =>
        VaultSecretStore.create({
          client: KvClient.create(
            {
              address: `http://${line.host}:${line.port}/`,
              token: 'a-token',
              mount: 'secret',
              prefix: 'slipway',
            },
            { answerWithinMs: 2_000 },
          ),
        }),
      async inventory() {
        return [...vault.paths]
          .map(([path, versions]) => `${path} ${versions.length}`)
          .sort();
      },
      async plantForeign(ref) {
        vault.paths.set(pathOf(ref), [
          { data: { value: 'theirs' }, deletionTime: '' },
        ]);
      },
      async removeForeign(ref) {
        vault.paths.delete(pathOf(ref));
      },
      async stop() {
        await line.close();
        await vault.stop();
      },
    };
  },
);

describe('VaultSecretStore', () => {
  const ref = { id: 'database/1/workload', revision: 1 };

  async function setUp(token = 'a-token') {
    const vault = await startStandIn('a-token');
    const client = KvClient.create({
      address: vault.url,
      token,
      mount: 'secret',
      prefix: 'slipway',
    });
    return { vault, store: VaultSecretStore.create({ client }) };
  }

  it('goes on after a soft deletion by hand', async () => {
    const { vault, store } = await setUp();
    await store.write(ref, 'first');
    vault.softDelete(pathOf(ref));
    await expect(store.read(ref)).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    await store.write(ref, 'second');
    expect(await store.read(ref)).toBe('second');
    await store.remove(ref);
    expect(vault.paths.size).toBe(0);
    await vault.stop();
  });

  it.each([
    [403, 'RetryableError', /policy must allow/],
    [404, 'RetryableError', /version 2 mounted at 'secret'/],
    [429, 'RetryableError', /429/],
    [503, 'RetryableError', /503/],
    [400, 'TerminalError', /refuses a secret with 400/],
    [413, 'TerminalError', /413/],
  ])(
    'takes %d as it is meant, and repeats nothing',
    async (status, name, message) => {
      const { vault, store } = await setUp();
      vault.refuse(status);
      const error = await store.write(ref, 'hunter3').catch(reason => reason);
      expect(error).toMatchObject({
        name,
        message: expect.stringMatching(message),
      });
      expect(`${error.stack} ${error.cause}`).not.toMatch(/hunter/);
      await vault.stop();
    },
  );

  it('says what a wrong token lacks', async () => {
    const { vault, store } = await setUp('another-token');
    await expect(store.read(ref)).rejects.toThrow(/Its token must be valid/);
    await vault.stop();
  });
});
