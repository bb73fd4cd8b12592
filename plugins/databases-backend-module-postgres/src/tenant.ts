import {
  DatabaseTarget,
  StaleFenceError,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { quoteName, quoteText, TenantNames, tenantNames } from './identifiers';
import { Marker, readMarker, TenantMarker, writeMarker } from './marker';
import { Session } from './PostgresServer';
import { writeRecord } from './records';

/**
 * What is said of a database that was handed over and is not there any more.
 * @internal
 */
export const DROPPED =
  'The database is not on the server: somebody has dropped it. Delete it here as well, and order another.';

/** @internal */
export interface TenantRole {
  name: string;
  canLogin: boolean;
  marker: Marker | undefined;
}

/**
 * What is on the server under the names of one database.
 * @internal
 */
export interface Tenant {
  names: TenantNames;
  /** The marker of the whole; absent when nothing is there. */
  marker?: TenantMarker;
  roles: Map<string, TenantRole>;
  database?: {
    marked: boolean;
    allowsConnections: boolean;
    connectionLimit: number;
    /** Whether PUBLIC may do anything at all with it. */
    isPublic: boolean;
  };
  /** The name of something that has one of our names and is not ours. */
  foreign?: string;
  /** The fence with which it was destroyed before. */
  tombstone?: bigint;
}

/** @internal */
export async function readTenant(
  session: Session,
  target: DatabaseTarget,
): Promise<Tenant> {
  const names = tenantNames(target.externalName);
  const fixed = [names.platform, names.owner, names.rw, names.ro];
  const { rows: roleRows } = await session.query(
    `SELECT rolname, rolcanlogin, shobj_description(oid, 'pg_authid') AS comment
       FROM pg_roles WHERE rolname = ANY($1)`,
    [[...fixed, ...Object.values(names.logins)]],
  );
  const roles = new Map<string, TenantRole>();
  for (const row of roleRows) {
    const marker = readMarker(row.comment);
    roles.set(row.rolname, {
      name: row.rolname,
      canLogin: row.rolcanlogin,
      marker: marker?.id === target.id ? marker : undefined,
    });
  }

  const { rows: databaseRows } = await session.query(
    `SELECT r.rolname AS owner, d.datallowconn, d.datconnlimit,
            shobj_description(d.oid, 'pg_database') AS comment,
            EXISTS (
              SELECT 1 FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
               WHERE a.grantee = 0
            ) AS is_public
       FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
      WHERE d.datname = $1`,
    [names.database],
  );
  const { rows: tombstones } = await session.query(
    'SELECT fence::text FROM slipway.tombstones WHERE id = $1',
    [target.id],
  );

  const [database] = databaseRows;
  const platform = roles.get(names.platform)?.marker;
  const marker = platform?.kind === 'platform' ? platform : undefined;
  const foreignRole = [...roles.values()].find(role => !role.marker);
  // A database that the marked role owns is ours from its first moment, also
  // when a crash came before its own comment was written.
  const foreignDatabase =
    database && !(marker && database.owner === names.platform);
  return {
    names,
    marker,
    roles,
    database: database && {
      marked: readMarker(database.comment)?.id === target.id,
      allowsConnections: database.datallowconn,
      connectionLimit: database.datconnlimit,
      isPublic: database.is_public,
    },
    foreign:
      foreignRole?.name ?? (foreignDatabase ? names.database : undefined),
    tombstone: tombstones[0] && BigInt(tombstones[0].fence),
  };
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
      `"${tenant.foreign}" is on the server already and does not bear the marker of this database. It was left as it is: rename or remove it, or order under another name.`,
    );
  }
  const seen = tenant.marker ? BigInt(tenant.marker.fence) : tenant.tombstone;
  if (seen !== undefined && context.fence < seen) {
    throw new StaleFenceError('Another worker has taken this database over');
  }
  if (tenant.marker && context.fence > BigInt(tenant.marker.fence)) {
    await updateMarker(session, tenant, { fence: context.fence.toString() });
  }
  return tenant;
}

/**
 * As {@link claimTenant}, for work on what must be ours already, whether somebody has dropped the database or not.
 *
 * @throws TerminalError when there is nothing of ours
 * @internal
 */
export async function claimMarked(
  session: Session,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<Tenant & { marker: TenantMarker }> {
  const tenant = await claimTenant(session, target, context);
  const { marker } = tenant;
  if (!marker) {
    throw new TerminalError('The database is not on the server');
  }
  return { ...tenant, marker };
}

/**
 * As {@link claimMarked}, for work that needs the database itself.
 *
 * @throws TerminalError when there is none
 * @internal
 */
export async function claimExisting(
  session: Session,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<Tenant & { marker: TenantMarker }> {
  const tenant = await claimMarked(session, target, context);
  if (!tenant.database) {
    throw new TerminalError(
      tenant.marker.active ? DROPPED : 'The database is not on the server',
    );
  }
  return tenant;
}

/** Changes what is written on the platform role. */
export async function updateMarker(
  session: Session,
  tenant: Tenant,
  change: Partial<TenantMarker>,
): Promise<void> {
  if (!tenant.marker) {
    throw new TerminalError('The database is not on the server');
  }
  const { name, environment, owner, ...marker } = tenant.marker;
  if (name && environment && owner) {
    // First, so that it is in one of the two places whenever we are stopped.
    await writeRecord(session, marker.id, { name, environment, owner });
  }
  tenant.marker = { ...marker, ...change };
  await commentOnRole(session, tenant.names.platform, tenant.marker);
}

/** @internal */
export async function commentOnRole(
  session: Session,
  role: string,
  marker: Marker,
): Promise<void> {
  await session.query(
    `COMMENT ON ROLE ${quoteName(role)} IS ${quoteText(writeMarker(marker))}`,
  );
}
