import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { secretName, type SecretRef } from '@slipway/plugin-databases-node';
import {
  FaultyLine,
  secretStoreConformance,
} from '@slipway/plugin-databases-node/testUtils';
import { KvClient, VaultSecretStore } from '../src';

const address = process.env.SLIPWAY_TEST_VAULT_ADDR;
const token = process.env.SLIPWAY_TEST_VAULT_TOKEN;
const mount = process.env.SLIPWAY_TEST_VAULT_MOUNT || 'secret';
if (!address?.startsWith('http://') || !token) {
  throw new Error(
    'Set SLIPWAY_TEST_VAULT_ADDR to the http:// address of a Vault or OpenBao for tests, and SLIPWAY_TEST_VAULT_TOKEN',
  );
}

/** A call of an administrator, past the store. */
async function call(method: string, path: string, body?: object) {
  const answer = await fetch(`${address}/v1/${mount}/${path}`, {
    method,
    headers: { 'x-vault-token': token ?? '' },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok && answer.status !== 404) {
    throw new Error(`${method} ${path}: ${answer.status}`);
  }
  return text ? JSON.parse(text) : {};
}

async function start() {
  const prefix = `slipway-test-${randomUUID().slice(0, 8)}`;
  const { hostname, port } = new URL(address ?? '');
  const line = await FaultyLine.start({
    host: hostname,
    port: Number(port || 80),
  });
  const pathOf = ({ id, revision }: SecretRef) =>
    `${prefix}/${secretName(id)}/${revision}`;
  const list = async (path: string): Promise<string[]> =>
    (await call('GET', `metadata/${path}?list=true`)).data?.keys ?? [];
  return {
    line,
    answersWithinMs: 60_000,
    open: () =>
      VaultSecretStore.create({
        client: KvClient.create({
          address: `http://${line.host}:${line.port}`,
          token: token ?? '',
          mount,
          prefix,
        }),
      }),
    async inventory() {
      const lines: string[] = [];
      for (const name of await list(prefix)) {
        for (const revision of await list(`${prefix}/${name}`)) {
          const path = `${prefix}/${name}${revision}`;
          const { data } = await call('GET', `metadata/${path}`);
          lines.push(
            `${path} ${data.current_version} ${data.created_time} ${data.updated_time}`,
          );
        }
      }
      return lines.sort();
    },
    async plantForeign(ref: SecretRef) {
      await call('POST', `data/${pathOf(ref)}`, { data: { value: 'theirs' } });
    },
    async removeForeign(ref: SecretRef) {
      await call('DELETE', `metadata/${pathOf(ref)}`);
    },
    stop: () => line.close(),
  };
}

secretStoreConformance('The Vault store', start, {
  describe,
  it,
  before,
  afterEach,
  after,
});
