import { quoteName, TenantNames } from '../identifiers';
import { PostgresServer, Session } from '../PostgresServer';
import type { Tenant } from '../tenant';

/** Things that are given rights on at once: each is locked until the statement ends. */
const BATCH = 200;

const GIVEN = {
  SCHEMAS: { rw: 'USAGE', ro: 'USAGE' },
  TABLES: { rw: 'SELECT, INSERT, UPDATE, DELETE', ro: 'SELECT' },
  SEQUENCES: { rw: 'SELECT, USAGE', ro: 'SELECT' },
} as const;

type Kind = keyof typeof GIVEN;

/**
 * Sets what the roles rw and ro may do with everything that the owner will make,
 * and gives it to them on what was made while that was not set.
 *
 * @remarks
 *
 * A tenant can take the first away: `DROP OWNED BY CURRENT_USER`, as a build
 * cleans up with, takes default privileges along. What is made without them has
 * no list of rights at all, until somebody gives one. What has a list is left as
 * it is: an owner may keep a table to themselves.
 * @internal
 */
export async function giveRights(
  server: PostgresServer,
  inside: Session,
  names: TenantNames,
): Promise<void> {
  const [owner, rw, ro] = [names.owner, names.rw, names.ro].map(quoteName);
  // Before what is seen from outside: whoever is stopped in between comes back to it.
  await giveOnExisting(server, inside, names);
  await server.transaction(inside, async () => {
    for (const [kind, given] of Object.entries(GIVEN)) {
      const forOwner = `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} GRANT`;
      await inside.query(`${forOwner} ${given.rw} ON ${kind} TO ${rw}`);
      await inside.query(`${forOwner} ${given.ro} ON ${kind} TO ${ro}`);
    }
  });
  // What was made meanwhile.
  await giveOnExisting(server, inside, names);
}

async function giveOnExisting(
  server: PostgresServer,
  inside: Session,
  names: TenantNames,
): Promise<void> {
  const [rw, ro] = [names.rw, names.ro].map(quoteName);
  for (const kind of Object.keys(GIVEN) as Kind[]) {
    const on = { SCHEMAS: 'SCHEMA', TABLES: 'TABLE', SEQUENCES: 'SEQUENCE' };
    // Those that are there now, and not for as long as somebody goes on making more.
    for (let left = Infinity; left > 0;) {
      const { without, total } = await listWithoutRights(
        inside,
        names.owner,
        kind,
      );
      left = Math.min(left, total) - BATCH;
      if (without.length === 0) {
        break;
      }
      const things = `ON ${on[kind]} ${without.join(', ')}`;
      await server.transaction(inside, async () => {
        await inside.query(`GRANT ${GIVEN[kind].rw} ${things} TO ${rw}`);
        await inside.query(`GRANT ${GIVEN[kind].ro} ${things} TO ${ro}`);
      });
    }
  }
}

/** Quoted names of what the owner has made and nobody was given a right on, of a batch, and how many there are in all. */
async function listWithoutRights(
  inside: Session,
  owner: string,
  kind: Kind,
): Promise<{ without: string[]; total: number }> {
  const { rows } = await inside.query(
    kind === 'SCHEMAS'
      ? `SELECT quote_ident(nspname) AS name, count(*) OVER ()::int AS total FROM pg_namespace
          WHERE nspowner = $1::regrole AND nspacl IS NULL LIMIT ${BATCH}`
      : `SELECT format('%I.%I', n.nspname, c.relname) AS name, count(*) OVER ()::int AS total
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relowner = $1::regrole AND c.relacl IS NULL AND c.relpersistence <> 't'
            AND c.relkind = ANY($2) LIMIT ${BATCH}`,
    kind === 'SCHEMAS'
      ? [quoteName(owner)]
      : [quoteName(owner), kind === 'TABLES' ? [...'rpvmf'] : ['S']],
  );
  return {
    without: rows.map(row => row.name),
    total: rows[0]?.total ?? 0,
  };
}

/**
 * Which of the roles rw and ro get no rights on what the owner will make. Seen
 * from outside: the connections of the database may all be taken.
 *
 * @returns their names
 * @internal
 */
export async function listWithoutDefaults(
  session: Session,
  { names }: Pick<Tenant, 'names'>,
): Promise<string[]> {
  const { rows } = await session.query(
    `SELECT r.rolname, count(s.objid)::int AS kinds
       FROM pg_roles r
       LEFT JOIN pg_database d ON d.datname = $1
       LEFT JOIN pg_shdepend s ON s.dbid = d.oid AND s.refobjid = r.oid
        AND s.refclassid = 'pg_authid'::regclass AND s.classid = 'pg_default_acl'::regclass
        AND s.deptype = 'a'
      WHERE r.rolname = ANY($2)
      GROUP BY r.rolname ORDER BY r.rolname`,
    [names.database, [names.rw, names.ro]],
  );
  // Schemas, tables and sequences, and whatever the tenant has added.
  const kinds = Object.keys(GIVEN).length;
  return rows.filter(row => row.kinds < kinds).map(row => row.rolname);
}
