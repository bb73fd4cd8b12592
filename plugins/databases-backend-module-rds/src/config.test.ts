import { mockServices } from '@backstage/backend-test-utils';
import { readRdsProviders } from './config';

const account = {
  id: 'rds',
  title: 'Postgres on AWS',
  environments: ['production'],
  region: 'eu-central-1',
  subnetGroup: 'slipway',
  securityGroups: ['sg-12345678'],
  sizes: { small: { instanceClass: 'db.t3.micro' } },
};

function read(change: object) {
  return readRdsProviders(
    mockServices.rootConfig({
      data: { databases: { providers: { rds: [{ ...account, ...change }] } } },
    }),
  );
}

describe('readRdsProviders', () => {
  it('is careful where nothing is said', () => {
    expect(read({})).toEqual([
      {
        ...account,
        version: '18',
        storageType: 'gp3',
        multiAz: false,
        deletionProtection: true,
        backupRetentionDays: 7,
        finalSnapshot: true,
        sizes: { small: { instanceClass: 'db.t3.micro', storageGiB: 20 } },
        endpoints: {},
        maxConcurrency: 4,
      },
    ]);
    expect(readRdsProviders(mockServices.rootConfig())).toEqual([]);
  });

  it.each([
    [{ region: 'Frankfurt' }, 'rds.0.region must be a region'],
    [{ version: '15' }, 'rds.0.version must be a major version from 16 on'],
    [{ sizes: {} }, 'rds.0.sizes must say what at least one size stands for'],
    [
      { sizes: { small: { instanceClass: 't3.micro' } } },
      'rds.0.sizes.small.instanceClass must be a class of instances',
    ],
    [
      { sizes: { small: { instanceClass: 'db.t3.micro', storageGiB: 5 } } },
      'rds.0.sizes.small.storageGiB',
    ],
    [{ encrypted: false }, 'Unrecognized key: "encrypted"'],
    [{ securityGroups: [] }, 'rds.0.securityGroups'],
  ])('refuses %j', (change, message) => {
    expect(() => read(change)).toThrow(message);
  });
});
