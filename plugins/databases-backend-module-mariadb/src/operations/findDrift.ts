import { DatabaseSpec, ObservedDrift } from '@slipway/plugin-databases-node';
import { Tenant } from '../tenant';

const GIB = 2 ** 30;

/**
 * What is not as the spec says. All but the storage is mended by running the
 * steps again.
 * @internal
 */
export function findDrift(
  { names, logins, hasDatabase }: Tenant,
  spec: DatabaseSpec,
  sizeBytes: number,
): ObservedDrift[] {
  const { connectionLimit, statementTimeoutSeconds, storageGiB } = spec.limits;
  const drift: ObservedDrift[] = [];
  const compare = (
    what: string,
    wanted: string,
    read: (login: {
      connectionLimit: number;
      statementTimeoutSeconds: number;
    }) => string,
  ) => {
    const found = Object.values(names.logins)
      .flatMap(name => logins.get(name) ?? [])
      .filter(login => login.exists)
      .map(login => read(login))
      .find(value => value !== wanted);
    if (found !== undefined) {
      drift.push({ what, wanted, found });
    }
  };
  compare('connection-limit', `${connectionLimit}`, login =>
    login.connectionLimit === 0 ? 'none' : `${login.connectionLimit}`,
  );
  compare('statement-timeout', `${statementTimeoutSeconds}s`, login =>
    login.statementTimeoutSeconds === 0
      ? 'none'
      : `${login.statementTimeoutSeconds}s`,
  );
  if (!hasDatabase) {
    drift.push({
      what: 'database',
      wanted: names.database,
      found: 'none: somebody has dropped it',
    });
  }
  if (sizeBytes > storageGiB * GIB) {
    drift.push({
      isForOwner: true,
      what: 'storage',
      wanted: `at most ${storageGiB} GiB`,
      found: `${(sizeBytes / GIB).toFixed(1)} GiB`,
    });
  }
  return drift;
}
