import {
  DatabaseTarget,
  StaleFenceError,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import type { PersonalLoginAccess } from '@slipway/plugin-databases-common';
import type { RowDataPacket } from 'mysql2/promise';
import { TenantNames, tenantNames } from './identifiers';
import { Session } from './MariaDbServer';

/**
 * What is said of a database that is not there any more.
 * @internal
 */
export const DROPPED =
  'The database is not on the server: somebody has dropped it. Delete it here as well, and order another.';

/** A login of the application or of a person, as our registry on the server has it and as it is. */
export interface TenantLogin {
  username: string;
  /** Whether it is on the server. */
  exists: boolean;
  isLocked: boolean;
  /** What the server holds each login to; 0 for no limit. */
  connectionLimit: number;
  statementTimeoutSeconds: number;
  /** What the server demands of the line: nothing, TLS, or more than that. */
  tls: 'none' | 'required' | 'other';
  personal?: {
    loginId: string;
    access: PersonalLoginAccess;
    expiresAt: Date;
  };
}

/** What our registry on the server has about a database. */
export interface TenantRecord {
  name: string;
  environment: string;
  owner: string;
  fence: bigint;
  /** The workload login in use. */
  active?: 'a' | 'b';
  suspended: boolean;
}

/**
 * What is on the server under the names of one database.
 * @internal
 */
export interface Tenant {
  names: TenantNames;
  /** Absent when nothing of ours is there. */
  record?: TenantRecord;
  hasDatabase: boolean;
  /** Those of the registry, by name. */
  logins: Map<string, TenantLogin>;
  /** The name of something that has one of our names and is not ours. */
  foreign?: string;
  /** The fence with which it was destroyed before. */
  tombstone?: bigint;
}

const LOGIN_COLUMNS = `p.User IS NOT NULL AS is_there,
  coalesce(JSON_VALUE(p.Priv, '$.account_locked'), 'false') AS locked,
  coalesce(JSON_VALUE(p.Priv, '$.max_user_connections'), 0) AS connections,
  coalesce(JSON_VALUE(p.Priv, '$.max_statement_time'), 0) AS seconds,
  coalesce(JSON_VALUE(p.Priv, '$.ssl_type'), 0) AS tls`;

/** As the server numbers what it demands of the line. */
const TLS: TenantLogin['tls'][] = ['none', 'required'];

/**
 * Reads what is there.
 *
 * @remarks
 *
 * Ours is what the registry `slipway` on the server says: MariaDB's logins bear no comments, and the comment on a database
 * can be changed by whoever may change its tables. Something is written there before it is made, and taken out after it is removed.
 * @internal
 */
export async function readTenant(
  session: Session,
  target: DatabaseTarget,
): Promise<Tenant> {
  const names = tenantNames(target.externalName);
  const fixed = Object.values(names.logins);
  const records = await session.query(
    `SELECT id, external_name, name, environment, owner, fence, active, suspended
       FROM slipway.tenants WHERE id = ? OR external_name = ?`,
    [target.id, names.database],
  );
  const mine = records.find(row => row.id === target.id);
  const other = records.find(
    row => row.id !== target.id || row.external_name !== names.database,
  );
  const databases = await session.query(
    'SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
    [names.database],
  );
  const rows = await session.query(
    `SELECT u.username, u.kind, u.login_id, u.access, u.expires_at, ${LOGIN_COLUMNS}
       FROM slipway.logins u LEFT JOIN mysql.global_priv p ON p.User = u.username AND p.Host = '%'
      WHERE u.tenant_id = ? ORDER BY u.expires_at, u.username`,
    [target.id],
  );
  const logins = new Map(
    rows.map(row => [row.username as string, toLogin(row)]),
  );
  const taken = await session.query(
    `SELECT User FROM mysql.global_priv WHERE User IN (?)`,
    [fixed],
  );
  const foreignLogin = taken.find(row => !logins.has(row.User));
  const tombstones = await session.query(
    'SELECT fence FROM slipway.tombstones WHERE id = ?',
    [target.id],
  );
  const foreignDatabase = Boolean(other) || (databases.length > 0 && !mine);
  return {
    names,
    record: mine && {
      name: mine.name,
      environment: mine.environment,
      owner: mine.owner,
      fence: BigInt(mine.fence),
      active: mine.active ?? undefined,
      suspended: mine.suspended === 1,
    },
    hasDatabase: databases.length > 0,
    logins,
    foreign: foreignDatabase ? names.database : foreignLogin?.User,
    tombstone: tombstones[0] && BigInt(tombstones[0].fence),
  };
}

function toLogin(row: RowDataPacket): TenantLogin {
  return {
    username: row.username,
    exists: row.is_there === 1,
    isLocked: ['true', '1'].includes(String(row.locked)),
    connectionLimit: Number(row.connections),
    statementTimeoutSeconds: Number(row.seconds),
    tls: TLS[Number(row.tls)] ?? 'other',
    personal:
      row.kind === 'personal'
        ? {
            loginId: row.login_id,
            access: row.access,
            expiresAt: row.expires_at,
          }
        : undefined,
  };
}

/** The logins of people. */
export function personalLogins(tenant: Tenant) {
  return [...tenant.logins.values()].flatMap(login =>
    login.personal ? [{ ...login, personal: login.personal }] : [],
  );
}

/**
 * Reads what is there and proves that this worker may change it: everything is
 * ours, and no newer worker has been here. From then on older ones are refused.
 *
 * @throws TerminalError when something is there that is not ours
 * @throws StaleFenceError when a newer worker has been here
 * @internal
 */
export async function claimTenant(
  session: Session,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<Tenant> {
  const tenant = await readTenant(session, target);
  if (tenant.foreign) {
    throw new TerminalError(
      `"${tenant.foreign}" is on the server already and is not of this database. It was left as it is: rename or remove it, or order under another name.`,
    );
  }
  const seen = tenant.record ? tenant.record.fence : tenant.tombstone;
  if (seen !== undefined && context.fence < seen) {
    throw new StaleFenceError('Another worker has taken this database over');
  }
  if (tenant.record && context.fence > tenant.record.fence) {
    await session.query('UPDATE slipway.tenants SET fence = ? WHERE id = ?', [
      context.fence.toString(),
      target.id,
    ]);
  }
  return tenant;
}

/**
 * As {@link claimTenant}, for work on what is ours, also when its database is gone: whoever may drop tables may drop that, and their
 * logins have to be taken away all the same.
 *
 * @throws TerminalError when there is nothing of ours
 * @internal
 */
export async function claimRecord(
  session: Session,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<Tenant & { record: TenantRecord }> {
  const tenant = await claimTenant(session, target, context);
  const { record } = tenant;
  if (!record) {
    throw new TerminalError('The database is not on the server');
  }
  return { ...tenant, record };
}

/**
 * As {@link claimRecord}, for work that needs the database itself.
 *
 * @throws TerminalError when there is none
 * @internal
 */
export async function claimExisting(
  session: Session,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<Tenant & { record: TenantRecord }> {
  const tenant = await claimRecord(session, target, context);
  if (!tenant.hasDatabase) {
    throw new TerminalError(DROPPED);
  }
  return tenant;
}
