import {
  isBeyondQuota,
  type DatabaseQuota,
} from '@slipway/plugin-databases-common';

/** "3 of 5 databases and 60 of 200 GiB are in use in production. This one is beyond it." */
export function quotaInWords(
  quota: DatabaseQuota,
  wantedGiB: number | undefined,
): string {
  const { databases, storageGiB, environments, engines } = quota;
  const uses = [
    databases && `${databases.used} of ${databases.limit} databases`,
    storageGiB && `${storageGiB.used} of ${storageGiB.limit} GiB`,
  ].filter(Boolean);
  const where = [
    environments && ` in ${environments.join(' and ')}`,
    engines && ` of ${engines.join(' and ')}`,
  ]
    .filter(Boolean)
    .join('');
  const beyond = isBeyondQuota(quota, wantedGiB)
    ? ' This one is beyond it.'
    : '';
  return `${uses.join(' and ')} are taken${where}.${beyond}`;
}
