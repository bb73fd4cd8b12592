import { DatabaseSpec, ObservedDrift } from '@slipway/plugin-databases-node';
import { Session } from '../MariaDbServer';
import { Tenant, TenantLogin } from '../tenant';
import { findDriftOfRights } from './findDriftOfRights';

const GIB = 2 ** 30;

/**
 * What is not as the spec says. What is not for its owner is mended by running the steps again.
 * @internal
 */
export async function findDrift(
  session: Session,
  tenant: Tenant,
  options: { spec: DatabaseSpec; sizeBytes: number; usesTls: boolean },
): Promise<ObservedDrift[]> {
  const { names, logins, record, hasDatabase } = tenant;
  const { spec, sizeBytes, usesTls } = options;
  if (!hasDatabase) {
    // One that was never handed over is only not made yet.
    if (!record?.active) return [];
    return [
      {
        isForOwner: true,
        what: 'database',
        wanted: names.database,
        found: 'none: somebody has dropped it',
      },
    ];
  }
  const { connectionLimit, statementTimeoutSeconds, storageGiB } = spec.limits;
  const drift: ObservedDrift[] = [];
  const compare = (
    what: string,
    wanted: string,
    read: (login: TenantLogin) => string,
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
  compare('tls', usesTls ? 'required' : 'none', login => login.tls);
  drift.push(...(await findDriftOfRights(session, names)));
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
