import { DatabaseSpec, ObservedDrift } from '@slipway/plugin-databases-node';
import { allowedBy, Categories } from '../commandRules';
import { ownPattern } from '../identifiers';
import { RedisUser } from '../users';
import { Tenant } from '../tenant';

const GIB = 2 ** 30;
/** How many commands are named. */
const NAMED = 5;

/**
 * What is not as the spec says. All but the storage is mended by running the
 * steps again.
 * @internal
 */
export function findDrift(
  tenant: Tenant,
  spec: DatabaseSpec,
  seen: {
    sizeBytes: number | undefined;
    wanted: string[];
    categories: Categories;
  },
): ObservedDrift[] {
  const { sizeBytes } = seen;
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
  for (const name of Object.values(tenant.names.logins)) {
    const user = tenant.users.get(name);
    const found =
      user && record?.connectionLimit !== undefined
        ? whatElse(user, tenant.names.database, seen)
        : '';
    if (found) {
      drift.push({
        what: `rights of ${name}`,
        wanted: 'as the platform gave them',
        found,
      });
    }
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

/** What of a login's rights is not as it was given; empty when nothing is. */
function whatElse(
  user: RedisUser,
  database: string,
  seen: { wanted: string[]; categories: Categories },
): string {
  const own = ownPattern(database);
  const wanted = allowedBy(seen.wanted, seen.categories);
  const found = allowedBy(user.commands.split(' '), seen.categories);
  const differing = [
    ...[...found].filter(name => !wanted.has(name)).map(name => `+${name}`),
    ...[...wanted].filter(name => !found.has(name)).map(name => `-${name}`),
  ];
  return [
    ...(user.open ? ['no password'] : []),
    ...(user.hasSelectors ? ['further rules'] : []),
    // The other one is our mark.
    ...(user.keys.length === 2 && user.keys.includes(`~${own}`)
      ? []
      : ['other keys']),
    ...(user.channels.join() === `&${own}` ? [] : ['other channels']),
    ...differing.slice(0, NAMED),
    ...(differing.length > NAMED ? ['and more'] : []),
  ].join(', ');
}
