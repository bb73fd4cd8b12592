import { mockServices } from '@backstage/backend-test-utils';
import { readS3BackupsConfig } from './config';

const good = { bucket: 'company-backups', region: 'eu-central-1' };

const read = (s3?: object) =>
  readS3BackupsConfig(
    mockServices.rootConfig({
      data: s3 ? { databases: { backups: { s3 } } } : {},
    }),
  );

it('needs a bucket and a region and nothing else', () => {
  expect(read(good)).toEqual({
    ...good,
    prefix: 'slipway/',
    forcePathStyle: false,
  });
});

it('takes what other storage needs, also from variables', () => {
  const other = {
    ...good,
    prefix: '',
    endpoint: 'http://minio.example.org:9000',
    forcePathStyle: 'true',
    kmsKeyId: 'alias/slipway',
  };
  expect(read(other)).toEqual({ ...other, forcePathStyle: true });
});

it.each([
  [undefined, /databases\.backups\.s3\.bucket/],
  [{ ...good, bucket: 'Hunter2!' }, /must be the name of a bucket/],
  [{ ...good, region: 'Hunter2!' }, /must be a region/],
  [{ ...good, prefix: 'hunter2' }, /databases\.backups\.s3\.prefix/],
  [{ ...good, prefix: '/hunter2/' }, /databases\.backups\.s3\.prefix/],
  [{ ...good, endpoint: 'hunter2' }, /s3\.endpoint/],
  [{ ...good, secretKey: 'hunter2' }, /backups\.s3 /],
])('refuses %j and repeats no value', (config, message) => {
  expect(() => read(config)).toThrow(message);
  expect(() => read(config)).not.toThrow(/hunter2/i);
});
