import { DatabaseSpec, ObservedDrift } from '@slipway/plugin-databases-node';
import { ownPattern } from '../identifiers';
import { RedisUser } from '../users';
import { Tenant } from '../tenant';

const GIB = 2 ** 30;

/**
 * What is not as the spec says. All but the storage is mended by running the
 * steps again.
 * @internal
 */
export function findDrift(
  tenant: Tenant,
  spec: DatabaseSpec,
  sizeBytes: number | undefined,
): ObservedDrift[] {
  const { record } = tenant;
  const { connectionLimit, storageGiB } = spec.limits;
  const drift: ObservedDrift[] = [];
  if (
    record?.connectionLimit !== undefined &&
    record.connectionLimit !== connectionLimit
  ) {
    drift.push({
      what: 'connection-limit',
      wanted: `${connectionLimit}`,
      found: `${record.connectionLimit}`,
    });
  }
  const altered = Object.values(tenant.names.logins).find(
    name => record?.rights !== undefined && !hasItsRights(tenant, name),
  );
  if (altered) {
    drift.push({
      what: 'rights',
      wanted: 'as the platform gave them',
      found: `altered for ${altered}`,
    });
  }
  if (sizeBytes !== undefined && sizeBytes > storageGiB * GIB) {
    drift.push({
      isForOwner: true,
      what: 'storage',
      wanted: `at most ${storageGiB} GiB`,
      found: `${(sizeBytes / GIB).toFixed(1)} GiB`,
    });
  }
  return drift;
}

function hasItsRights({ names, record, users }: Tenant, name: string): boolean {
  const user: RedisUser | undefined = users.get(name);
  const own = ownPattern(names.database);
  return (
    user !== undefined &&
    !user.open &&
    !user.hasSelectors &&
    user.commands === record?.rights &&
    // The other one is our mark, or the login would not be ours.
    user.keys.length === 2 &&
    user.keys.includes(`~${own}`) &&
    user.channels.join() === `&${own}`
  );
}
