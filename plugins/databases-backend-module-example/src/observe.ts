import {
  DatabaseSpec,
  DatabaseTarget,
  ObservedDatabase,
  ReadContext,
} from '@slipway/plugin-databases-node';
import type { DatabaseEndpoint } from '@slipway/plugin-databases-common';
import { isOurs, OperationContext, OwnRecord } from './change';
import { loginNames, StoredRecord } from './records';
import { steps } from './steps';

const NOTHING: Omit<ObservedDatabase, 'status'> = {
  doneSteps: [],
  suspended: false,
  logins: [],
  personalLogins: [],
  drift: [],
};

/** @internal */
export async function observe(
  { api }: OperationContext,
  target: DatabaseTarget,
  endpoint: DatabaseEndpoint,
  options: ReadContext & { spec?: DatabaseSpec } = {},
): Promise<ObservedDatabase> {
  const record = await api.read(target.externalName, options);
  if (!record) {
    return { ...NOTHING, status: 'absent' };
  }
  if (!isOurs(record, target.id)) {
    return { ...NOTHING, status: 'foreign' };
  }
  if (record.dropped) {
    return { ...NOTHING, status: 'absent' };
  }
  const names = loginNames(target.externalName);
  return {
    ...steps.progress({
      reserve: true,
      logins: names.a in record.logins && names.b in record.logins,
      limits: record.connectionLimit !== undefined,
    }),
    suspended: record.labels.suspended,
    fence: BigInt(record.labels.fence),
    endpoint,
    sizeBytes: record.sizeBytes,
    logins: (['a', 'b'] as const)
      .filter(slot => names[slot] in record.logins)
      .map(slot => ({
        slot,
        username: names[slot],
        enabled: record.logins[names[slot]].enabled,
        active: record.labels.active === slot,
        sessions: record.sessions[names[slot]] ?? 0,
      })),
    personalLogins: personalLogins(record),
    drift: options.spec ? findDrift(record, options.spec) : [],
  };
}

function personalLogins({ logins, sessions }: StoredRecord & OwnRecord) {
  return Object.entries(logins).flatMap(([username, login]) =>
    login.loginId && login.expiresAt
      ? [
          {
            loginId: login.loginId,
            username,
            access: login.access,
            expiresAt: new Date(login.expiresAt),
            sessions: sessions[username] ?? 0,
          },
        ]
      : [],
  );
}

/** What another has changed past the portal, and what a new size asks for. */
function findDrift(
  { connectionLimit }: StoredRecord,
  { limits }: DatabaseSpec,
) {
  return connectionLimit === undefined ||
    connectionLimit === limits.connectionLimit
    ? []
    : [
        {
          what: 'connection-limit',
          wanted: `${limits.connectionLimit}`,
          found: `${connectionLimit}`,
        },
      ];
}
