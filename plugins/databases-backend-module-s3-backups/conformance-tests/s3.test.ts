import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, afterEach, before, describe, it } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  backupStoreConformance,
  FaultyLine,
} from '@slipway/plugin-databases-node/testUtils';
import { createClient, S3BackupStore } from '../src';

const GIVEN = process.env.SLIPWAY_TEST_MOTO;
if (!GIVEN) {
  throw new Error(
    'SLIPWAY_TEST_MOTO says where moto is; run `npm run test:all -- "secret stores"`',
  );
}
const moto: { host: string; port: number } = JSON.parse(GIVEN);
const region = 'eu-central-1';
const MIB = 2 ** 20;
// What AWS' own clients look for; moto takes any.
process.env.AWS_ACCESS_KEY_ID = 'test';
process.env.AWS_SECRET_ACCESS_KEY = 'test';

async function start() {
  const bucket = `slipway-${randomUUID().slice(0, 8)}`;
  const line = await FaultyLine.start(moto);
  const clients: S3Client[] = [];
  const reach = (server: { host: string; port: number }) => {
    const client = createClient({
      region,
      endpoint: `http://${server.host}:${server.port}`,
      forcePathStyle: true,
    });
    clients.push(client);
    return client;
  };
  const administrator = reach(moto);
  await administrator.send(
    new CreateBucketCommand({
      Bucket: bucket,
      CreateBucketConfiguration: { LocationConstraint: region },
    }),
  );
  return {
    client: administrator,
    bucket,
    line,
    // Three parts.
    large: 11 * MIB,
    open: () =>
      S3BackupStore.create({
        client: reach(line),
        bucket,
        prefix: 'of-a-test/',
        // The least that storage takes.
        partBytes: 5 * MIB,
        // To moto all uploads are of the year 2010.
        deadMs: Infinity,
      }),
    async inventory() {
      const { Contents = [] } = await administrator.send(
        new ListObjectsV2Command({ Bucket: bucket }),
      );
      const { Uploads = [] } = await administrator.send(
        new ListMultipartUploadsCommand({ Bucket: bucket }),
      );
      return [...Contents, ...Uploads].map(({ Key }) => String(Key));
    },
    async removeUnfinished() {
      const { Uploads = [] } = await administrator.send(
        new ListMultipartUploadsCommand({ Bucket: bucket }),
      );
      for (const { Key, UploadId } of Uploads) {
        await administrator.send(
          new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }),
        );
      }
    },
    async stop() {
      clients.forEach(client => client.destroy());
      await line.close();
    },
  };
}

describe('uploads that nobody ends', () => {
  it('are thrown away by who comes later, with those of nobody else', async () => {
    const harness = await start();
    try {
      const { client, bucket } = harness;
      for (const Key of ['of-a-test/half', 'of-somebody-else/half']) {
        await client.send(
          new CreateMultipartUploadCommand({ Bucket: bucket, Key }),
        );
      }
      const store = S3BackupStore.create({
        client,
        bucket,
        prefix: 'of-a-test/',
      });
      await store.write('whole', Readable.from([Buffer.from('two tents')]));
      assert.deepEqual(await harness.inventory(), [
        'of-a-test/whole',
        'of-somebody-else/half',
      ]);
    } finally {
      await harness.stop();
    }
  });
});

backupStoreConformance('S3-compatible storage', start, {
  describe,
  it,
  before,
  afterEach,
  after,
});
