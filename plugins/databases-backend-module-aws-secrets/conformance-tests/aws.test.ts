import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { secretName, type SecretRef } from '@slipway/plugin-databases-node';
import {
  FaultyLine,
  secretStoreConformance,
} from '@slipway/plugin-databases-node/testUtils';
import { AwsSecretStore, createClient } from '../src';

const GIVEN = process.env.SLIPWAY_TEST_MOTO;
if (!GIVEN) {
  throw new Error(
    'SLIPWAY_TEST_MOTO says where moto is; run `npm run test:all -- "secret stores"`',
  );
}
const moto: { host: string; port: number } = JSON.parse(GIVEN);
const region = 'eu-central-1';
// What AWS' own clients look for; moto takes any.
process.env.AWS_ACCESS_KEY_ID = 'test';
process.env.AWS_SECRET_ACCESS_KEY = 'test';

async function start() {
  const prefix = `slipway-${randomUUID().slice(0, 8)}/`;
  const administrator = new SecretsManager({
    region,
    endpoint: `http://${moto.host}:${moto.port}`,
  });
  const line = await FaultyLine.start(moto);
  const clients: SecretsManager[] = [];
  const nameOf = ({ id, revision }: SecretRef) =>
    `${prefix}${secretName(id)}/${revision}`;
  return {
    line,
    answersWithinMs: 60_000,
    open() {
      const client = createClient({
        region,
        endpoint: `http://${line.host}:${line.port}`,
      });
      clients.push(client);
      return AwsSecretStore.create({ client, prefix });
    },
    async inventory() {
      const { SecretList = [] } = await administrator.listSecrets({
        MaxResults: 100,
        IncludePlannedDeletion: true,
      });
      return SecretList.map(entry =>
        JSON.stringify([
          entry.Name,
          entry.ARN,
          entry.Tags,
          entry.DeletedDate,
          entry.LastChangedDate,
          entry.SecretVersionsToStages,
        ]),
      ).sort();
    },
    async plantForeign(ref: SecretRef) {
      await administrator.createSecret({
        Name: nameOf(ref),
        SecretString: 'theirs',
        Tags: [{ Key: 'slipway:managed-by', Value: 'somebody-else' }],
      });
    },
    async removeForeign(ref: SecretRef) {
      await administrator.deleteSecret({
        SecretId: nameOf(ref),
        ForceDeleteWithoutRecovery: true,
      });
    },
    async stop() {
      clients.forEach(client => client.destroy());
      administrator.destroy();
      await line.close();
    },
  };
}

secretStoreConformance('The AWS store', start, {
  describe,
  it,
  before,
  afterEach,
  after,
});
