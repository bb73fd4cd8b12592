import type {
  ForeignDatabase,
  ForeignDatabaseName,
  ForeignLogin,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { NEIGHBOUR_DATABASE } from '../bootstrapServer';
import { tenantNames } from '../identifiers';
import { readMarker } from '../marker';
import type { PostgresServer, Session } from '../PostgresServer';
import type { OperationContext } from './context';

/** Most logins that are listed; the rest is counted. */
const LOGINS_MAX = 50;
/** A look must not wait behind somebody's lock. */
const LOOK_WITHIN_MS = 5_000;

/** Databases of the server itself and of the platform. */
const OWN = ['postgres', 'template0', 'template1', NEIGHBOUR_DATABASE];

const DATABASES = `SELECT d.oid, d.datname AS name, r.rolname AS owner, d.datconnlimit AS limit, d.datallowconn AS open,
    r.rolcanlogin AS owner_logs_in, pg_encoding_to_char(d.encoding) AS encoding,
    shobj_description(d.oid, 'pg_database') AS comment,
    shobj_description(r.oid, 'pg_authid') AS owner_comment,
    has_database_privilege(d.oid, 'CONNECT') AS may_enter,
    CASE WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')
      THEN pg_database_size(d.oid)::float8 END AS size,
    EXISTS (
      SELECT 1 FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
       WHERE a.grantee = 0 AND a.privilege_type IN ('CONNECT', 'TEMPORARY')
    ) AS is_public
  FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
 WHERE NOT d.datistemplate AND d.datname <> ALL($1)`;

/**
 * The databases on the server that are not ours.
 * @internal
 */
export async function listForeign(
  { server }: OperationContext,
  context: ReadContext = {},
): Promise<ForeignDatabaseName[]> {
  return server.read(async session => {
    const { rows } = await session.query(`${DATABASES} ORDER BY d.datname`, [
      OWN,
    ]);
    return rows.filter(isForeign).map(toName);
  }, context);
}

/**
 * Looks at a database that is not ours. It reads catalogs only, and inside the database in a transaction that the server lets
 * change nothing; where all places are taken or the platform may not enter it stays outside.
 * @internal
 */
export async function inspectDatabase(
  { server, config }: OperationContext,
  name: string,
  context: ReadContext = {},
): Promise<ForeignDatabase | undefined> {
  return server.read(async session => {
    const { rows } = await session.query(`${DATABASES} AND d.datname = $2`, [
      OWN,
      name,
    ]);
    const [found] = rows;
    if (!found || !isForeign(found)) return undefined;
    const { logins, further, isPowerful } = await readLogins(session, found);
    const { rows: server_ } = await session.query(
      `SELECT current_setting('server_version') AS version,
              (SELECT count(*)::int FROM pg_prepared_xacts WHERE database = $1) AS prepared,
              EXISTS (SELECT 1 FROM pg_db_role_setting s
                       WHERE s.setdatabase = $2 AND s.setrole = 0
                         AND array_to_string(s.setconfig, ',') LIKE '%statement_timeout=%') AS has_timeout`,
      [name, found.oid],
    );
    const inside = await lookInside(server, found);
    const version = String(server_[0].version).split(' ')[0];
    const seen = inside.seen;
    return {
      ...toName(found),
      version,
      encoding: found.encoding,
      ...(found.limit >= 0 && { connectionLimit: found.limit }),
      logins,
      furtherLogins: further,
      ...(seen && {
        inside: { extensions: seen.extensions, schemas: seen.schemas },
      }),
      differences: differencesOf({
        found,
        logins: [...logins],
        further,
        hasTimeout: server_[0].has_timeout,
        publicMayCreate: seen?.publicMayCreate,
      }),
      wouldChange: changesOf(found, { logins, further }),
      obstacles: obstaclesOf({
        found,
        isPowerful,
        prepared: server_[0].prepared,
        untrusted: seen?.untrusted ?? [],
        version,
        wanted: config.version,
      }),
      unseen: [
        ...(found.size === null
          ? ['How large it is: the platform may not connect to it.']
          : []),
        ...inside.unseen,
      ],
    };
  }, context);
}

interface Row {
  oid: number;
  name: string;
  owner: string;
  limit: number;
  open: boolean;
  owner_logs_in: boolean;
  encoding: string;
  comment: string | null;
  owner_comment: string | null;
  may_enter: boolean;
  size: number | null;
  is_public: boolean;
}

/** One that bears our mark is ours, also when its own comment was not written yet. */
function isForeign({ comment, owner_comment: ofOwner }: Row): boolean {
  return !readMarker(comment) && !readMarker(ofOwner);
}

function toName({ name, owner, size }: Row): ForeignDatabaseName {
  return { name, owner, ...(size !== null && { sizeBytes: size }) };
}

async function readLogins(
  session: Session,
  { oid, name, owner }: Row,
): Promise<{ logins: ForeignLogin[]; further: number; isPowerful: boolean }> {
  const { rows } = await session.query(
    `SELECT r.rolname AS name, r.rolsuper AS super,
            (SELECT count(*)::int FROM pg_stat_activity a WHERE a.usesysid = r.oid AND a.datname = $2) AS sessions,
            EXISTS (
              SELECT 1 FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
               WHERE d.oid = $1 AND a.privilege_type = 'CONNECT' AND a.grantee <> 0
                 AND a.grantee <> d.datdba AND pg_has_role(r.oid, a.grantee, 'USAGE')
            ) AS granted,
            pg_has_role(r.oid, (SELECT datdba FROM pg_database WHERE oid = $1), 'USAGE') AS owns
       FROM pg_roles r
      WHERE r.rolcanlogin AND r.rolname <> current_user AND has_database_privilege(r.oid, $1::oid, 'CONNECT')
      ORDER BY sessions DESC, r.rolname`,
    [oid, name],
  );
  const logins = rows.map((row): ForeignLogin => ({
    name: row.name,
    by: byWhat(row),
    sessions: row.sessions,
  }));
  return {
    logins: logins.slice(0, LOGINS_MAX),
    further: Math.max(0, logins.length - LOGINS_MAX),
    isPowerful: rows.some(row => row.super && row.name === owner),
  };
}

function byWhat(row: {
  super: boolean;
  owns: boolean;
  granted: boolean;
}): ForeignLogin['by'] {
  if (row.super) return 'administrator';
  if (row.owns) return 'owner';
  return row.granted ? 'grant' : 'everybody';
}

interface Inside {
  extensions: { name: string; version: string }[];
  schemas: { name: string; owner: string; tables: number }[];
  untrusted: string[];
  publicMayCreate: boolean;
}

/** As whoever else may connect: no limit is raised and nobody is sent away for it. */
async function lookInside(
  server: PostgresServer,
  { name, open, may_enter: mayEnter }: Row,
): Promise<{ seen?: Inside; unseen: string[] }> {
  const unseen = (why: string) => ({
    unseen: [`What is in it, extensions and schemas: ${why}.`],
  });
  if (!open) return unseen('nobody may connect to it');
  if (!mayEnter) return unseen('the platform may not connect to it');
  const client = server.client(name);
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION READ ONLY');
    await client.query(`SET LOCAL lock_timeout TO ${LOOK_WITHIN_MS}`);
    await client.query(`SET LOCAL statement_timeout TO ${LOOK_WITHIN_MS}`);
    const extensions = await client.query(
      `SELECT e.extname AS name, e.extversion AS version, NOT coalesce(v.trusted, true) AS untrusted
         FROM pg_catalog.pg_extension e
         LEFT JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion
        ORDER BY 1`,
    );
    const schemas = await client.query(
      `SELECT n.nspname AS name, pg_catalog.pg_get_userbyid(n.nspowner) AS owner,
              (SELECT count(*)::int FROM pg_catalog.pg_class c
                WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p')) AS tables,
              EXISTS (SELECT 1 FROM pg_catalog.aclexplode(n.nspacl) a
                       WHERE a.grantee = 0 AND a.privilege_type = 'CREATE') AS public_create
         FROM pg_catalog.pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1`,
    );
    await client.query('ROLLBACK');
    return {
      seen: {
        extensions: extensions.rows.map(row => ({
          name: row.name,
          version: row.version,
        })),
        schemas: schemas.rows.map(row => ({
          name: row.name,
          owner: row.owner,
          tables: row.tables,
        })),
        untrusted: extensions.rows
          // Every database has it.
          .filter(row => row.untrusted && row.name !== 'plpgsql')
          .map(row => row.name),
        publicMayCreate: schemas.rows.some(row => row.public_create),
      },
      unseen: [],
    };
  } catch {
    return unseen('it did not let the platform look');
  } finally {
    await client.end().catch(() => {
      // Closed already.
    });
  }
}

function differencesOf(seen: {
  found: Row;
  logins: ForeignLogin[];
  further: number;
  hasTimeout: boolean;
  publicMayCreate?: boolean;
}): ForeignDatabase['differences'] {
  const { found, logins, further } = seen;
  const differences: ForeignDatabase['differences'] = [];
  const add = (what: string, wanted: string, is: string) =>
    differences.push({ what, wanted, found: is });
  if (found.is_public) {
    add(
      'public-access',
      'none',
      'everybody on the server may connect, so that the platform hands over no new login here: its proof that neighbours are closed fails',
    );
  }
  if (found.owner_logs_in) {
    add(
      'owner',
      'a role that nobody logs in as',
      `${found.owner}, which logs in and may drop the database and lift its limits`,
    );
  }
  const others = logins.filter(({ by }) => by !== 'administrator').length;
  if (others + further > 0) {
    add(
      'logins',
      'two of its own, used in turn, and people’s that end',
      `${others + further} that the platform did not make`,
    );
  }
  if (found.limit < 0) add('connection-limit', 'that of its size', 'none');
  if (!seen.hasTimeout) add('statement-timeout', 'that of its size', 'none');
  if (seen.publicMayCreate) {
    add('public-create', 'none', 'everybody who enters may make tables');
  }
  return differences;
}

function changesOf(
  { name, owner, is_public: isPublic, limit }: Row,
  { logins, further }: { logins: ForeignLogin[]; further: number },
): string[] {
  const entering = logins.filter(({ by }) => by === 'everybody').length;
  return [
    `Roles of its own are made: one that owns the database ${name}, one that owns what is in it, and two logins for the application.`,
    `${name} belongs to the platform's role then, and no more to ${owner}. What is in it belongs to the role of its owner.`,
    ...(isPublic
      ? [
          `Nobody connects by being on the server any more: ${entering + further} ${entering + further === 1 ? 'login gets' : 'logins get'} in by that now.`,
        ]
      : []),
    ...(limit < 0 ? ['It has the limit of connections of its size.'] : []),
    'A mark says that it is ours. Its data, its name and the logins that it has stay; who uses them is asked to change to the new ones.',
  ];
}

function obstaclesOf(seen: {
  found: Row;
  isPowerful: boolean;
  prepared: number;
  untrusted: string[];
  version: string;
  wanted: string;
}): string[] {
  const { found, untrusted } = seen;
  const obstacles: string[] = [];
  if (!isOurKindOfName(found.name)) {
    obstacles.push(
      'Its name holds signs that names of the platform do not have: lowercase letters, digits and underscores.',
    );
  }
  if (seen.isPowerful) {
    obstacles.push(
      `It belongs to ${found.owner}, an administrator of the server: the platform is no administrator, and cannot take it over from one. Let one give it to another role first.`,
    );
  }
  if (found.encoding !== 'UTF8') {
    obstacles.push(`Its encoding is ${found.encoding}, and has to be UTF8.`);
  }
  if (seen.prepared > 0) {
    obstacles.push(
      `It has ${seen.prepared} prepared transactions, which hold locks that belong to no session.`,
    );
  }
  if (untrusted.length) {
    obstacles.push(
      `It has extensions that only an administrator installs, so that a backup of it could not be restored: ${untrusted.join(', ')}.`,
    );
  }
  if (Number.parseInt(seen.version, 10) !== Number.parseInt(seen.wanted, 10)) {
    obstacles.push(
      `The server has version ${seen.version}, and the configuration says ${seen.wanted}.`,
    );
  }
  return obstacles;
}

function isOurKindOfName(name: string): boolean {
  try {
    tenantNames(name);
    return true;
  } catch {
    return false;
  }
}
