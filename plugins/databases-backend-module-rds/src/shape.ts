import type {
  CreateDBInstanceMessage,
  DBInstance,
  ModifyDBInstanceMessage,
} from '@aws-sdk/client-rds';
import {
  DatabaseSpec,
  ObservedDrift,
  TerminalError,
} from '@slipway/plugin-databases-node';
import type { RdsProviderConfig } from './config';

/** The login that RDS makes, with a password that only RDS and its secret know. */
const MASTER = 'slipway_master';

/**
 * What of an instance follows from the order and the configuration, and can be changed later.
 * @internal
 */
export interface Shape {
  DBInstanceClass: string;
  AllocatedStorage: number;
  MultiAZ: boolean;
  DeletionProtection: boolean;
  BackupRetentionPeriod: number;
  PubliclyAccessible: boolean;
}

const NAMES: Record<keyof Shape, string> = {
  DBInstanceClass: 'instance-class',
  AllocatedStorage: 'allocated-storage',
  MultiAZ: 'multi-az',
  DeletionProtection: 'deletion-protection',
  BackupRetentionPeriod: 'backup-retention',
  PubliclyAccessible: 'publicly-accessible',
};

/** Of which more is no harm, and less would take something away that nobody can bring back. */
const AT_LEAST: Array<keyof Shape> = [
  'AllocatedStorage',
  'BackupRetentionPeriod',
  'DeletionProtection',
];

/**
 * @throws TerminalError when the size is not configured
 * @internal
 */
export function shapeOf(config: RdsProviderConfig, spec: DatabaseSpec): Shape {
  const size = config.sizes[spec.size];
  if (!size) {
    throw new TerminalError(
      `The size ${spec.size} is not configured for ${config.title}. Put it under sizes in databases.providers.rds.`,
    );
  }
  return {
    DBInstanceClass: size.instanceClass,
    // Never less than what was ordered.
    AllocatedStorage: Math.max(
      size.storageGiB,
      Math.ceil(spec.limits.storageGiB),
    ),
    MultiAZ: config.multiAz,
    DeletionProtection: config.deletionProtection,
    BackupRetentionPeriod: config.backupRetentionDays,
    PubliclyAccessible: false,
  };
}

/**
 * How an instance is made. Encryption cannot be left out, and no password is sent.
 * @internal
 */
export function toCreateMessage(
  config: RdsProviderConfig,
  spec: DatabaseSpec,
): Omit<CreateDBInstanceMessage, 'DBInstanceIdentifier' | 'Tags'> {
  return {
    ...shapeOf(config, spec),
    Engine: 'postgres',
    EngineVersion: config.version,
    AutoMinorVersionUpgrade: true,
    MasterUsername: MASTER,
    ManageMasterUserPassword: true,
    MasterUserSecretKmsKeyId: config.kmsKeyId,
    StorageType: config.storageType,
    StorageEncrypted: true,
    KmsKeyId: config.kmsKeyId,
    DBSubnetGroupName: config.subnetGroup,
    VpcSecurityGroupIds: config.securityGroups,
    DBParameterGroupName: config.parameterGroup,
    CopyTagsToSnapshot: true,
  };
}

/**
 * What is not as it should be. More storage, backups and protection than that stay.
 *
 * @param options.pendingCounts - whether what waits for the maintenance window is as good as done
 * @internal
 */
export function findChanges(
  instance: DBInstance,
  shape: Shape,
  options: { pendingCounts: boolean },
): Partial<Shape> & Omit<ModifyDBInstanceMessage, 'DBInstanceIdentifier'> {
  const pending: Partial<Record<string, unknown>> = options.pendingCounts
    ? { ...instance.PendingModifiedValues }
    : {};
  const isAsWanted = (key: keyof Shape, wanted: Shape[keyof Shape]) => {
    const found = pending[key] ?? instance[key];
    return AT_LEAST.includes(key)
      ? Number(found ?? 0) >= Number(wanted)
      : found === wanted;
  };
  return Object.fromEntries(
    Object.entries(shape).filter(
      ([key, wanted]) => !isAsWanted(key as keyof Shape, wanted),
    ),
  );
}

/** @internal */
export function findShapeDrift(
  instance: DBInstance,
  shape: Shape,
): ObservedDrift[] {
  const changes = findChanges(instance, shape, { pendingCounts: true });
  return (Object.keys(changes) as Array<keyof Shape>).map(key => ({
    what: NAMES[key],
    wanted: inWords(key, shape[key]),
    found: inWords(key, instance[key]),
  }));
}

/**
 * Whether it is the instance itself that differs, and not what is inside.
 * @internal
 */
export function isOfInstance({ what }: ObservedDrift): boolean {
  return Object.values(NAMES).includes(what);
}

function inWords(key: keyof Shape, value: unknown): string {
  if (key === 'AllocatedStorage') {
    return `${value ?? 0} GiB`;
  }
  if (typeof value === 'boolean') {
    return value ? 'on' : 'off';
  }
  return value === undefined ? 'none' : `${value}`;
}
