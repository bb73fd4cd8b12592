import type { DatabaseSpec } from '@slipway/plugin-databases-node';
import type { RdsProviderConfig } from './config';
import { findChanges, findShapeDrift, shapeOf, toCreateMessage } from './shape';

const config: RdsProviderConfig = {
  id: 'rds',
  title: 'Postgres on AWS',
  environments: ['production'],
  region: 'eu-central-1',
  version: '18',
  subnetGroup: 'slipway',
  securityGroups: ['sg-1'],
  storageType: 'gp3',
  multiAz: true,
  deletionProtection: true,
  backupRetentionDays: 7,
  finalSnapshot: true,
  // The platform's sizes.
  sizes: {
    small: { instanceClass: 'db.t3.micro', storageGiB: 20 },
    medium: { instanceClass: 'db.t3.medium', storageGiB: 50 },
    large: { instanceClass: 'db.r5.large', storageGiB: 100 },
    xlarge: { instanceClass: 'db.r5.xlarge', storageGiB: 500 },
  },
  endpoints: {},
  maxConcurrency: 4,
};
const spec = (size: DatabaseSpec['size'], storageGiB = 5): DatabaseSpec => ({
  name: 'orders-db',
  environment: 'production',
  engine: 'postgres',
  size,
  limits: { storageGiB, connectionLimit: 20, statementTimeoutSeconds: 30 },
  owner: 'group:default/team-orders',
});

describe('shapeOf', () => {
  it.each([
    ['small', 5, 'db.t3.micro', 20],
    ['medium', 20, 'db.t3.medium', 50],
    ['large', 100, 'db.r5.large', 100],
    ['xlarge', 500, 'db.r5.xlarge', 500],
    ['small', 30.5, 'db.t3.micro', 31],
  ] as const)(
    '%s with %d GiB: %s with %d GiB',
    (size, ordered, instanceClass, storage) => {
      expect(shapeOf(config, spec(size, ordered))).toMatchObject({
        DBInstanceClass: instanceClass,
        AllocatedStorage: storage,
      });
    },
  );

  it('refuses a size that is not configured', () => {
    expect(() => shapeOf({ ...config, sizes: {} }, spec('small'))).toThrow(
      'The size small is not configured for Postgres on AWS',
    );
  });
});

describe('toCreateMessage', () => {
  it('always encrypts, hides and protects, and has no password', () => {
    const message = toCreateMessage(config, spec('small'));
    expect(message).toMatchObject({
      StorageEncrypted: true,
      PubliclyAccessible: false,
      DeletionProtection: true,
      ManageMasterUserPassword: true,
    });
    expect(message).not.toHaveProperty('MasterUserPassword');
  });
});

describe('findChanges', () => {
  const shape = shapeOf(config, spec('small'));
  const now = { pendingCounts: false };
  const atNight = { pendingCounts: true };

  it('finds none where all is as it should be', () => {
    expect(findChanges(shape, shape, now)).toEqual({});
    expect(findShapeDrift(shape, shape)).toEqual([]);
  });

  it.each([
    { AllocatedStorage: 100 },
    { BackupRetentionPeriod: 35 },
    { DeletionProtection: true },
  ])('leaves more than what is wanted: %j', more => {
    const unprotected = { ...shape, DeletionProtection: false };
    const found = { ...unprotected, ...more };
    expect(findChanges(found, unprotected, now)).toEqual({});
  });

  it('names what differs', () => {
    const found = {
      ...shape,
      DBInstanceClass: 'db.t3.nano',
      MultiAZ: false,
      AllocatedStorage: 10,
    };
    expect(findChanges(found, shape, now)).toEqual({
      DBInstanceClass: 'db.t3.micro',
      MultiAZ: true,
      AllocatedStorage: 20,
    });
    expect(findShapeDrift(found, shape)).toEqual([
      {
        what: 'instance-class',
        wanted: 'db.t3.micro',
        found: 'db.t3.nano',
      },
      { what: 'allocated-storage', wanted: '20 GiB', found: '10 GiB' },
      { what: 'multi-az', wanted: 'on', found: 'off' },
    ]);
  });

  it('takes what waits for the maintenance window as done, unless it was ordered', () => {
    const waiting = {
      ...shape,
      DBInstanceClass: 'db.t3.nano',
      PendingModifiedValues: { DBInstanceClass: 'db.t3.micro' },
    };
    expect(findChanges(waiting, shape, atNight)).toEqual({});
    expect(findShapeDrift(waiting, shape)).toEqual([]);
    expect(findChanges(waiting, shape, now)).toEqual({
      DBInstanceClass: 'db.t3.micro',
    });
  });

  it('sees what waits and would undo it', () => {
    const waiting = {
      ...shape,
      PendingModifiedValues: { DBInstanceClass: 'db.t3.nano' },
    };
    expect(findChanges(waiting, shape, atNight)).toEqual({
      DBInstanceClass: 'db.t3.micro',
    });
  });
});
