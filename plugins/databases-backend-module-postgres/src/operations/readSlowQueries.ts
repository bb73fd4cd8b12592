import { isError } from '@backstage/errors';
import {
  DatabaseTarget,
  ReadContext,
  SlowQueries,
  withoutLiterals,
} from '@slipway/plugin-databases-node';
import { quoteName, tenantNames } from '../identifiers';
import { Session } from '../PostgresServer';
import { OperationContext } from './context';

/** The extension is there, and the server was not started with its library. */
const NOT_LOADED = '55000';

/** Statements that read and change data. Others keep values that cannot be told from words, such as passwords. */
const IS_QUERY =
  '^\\s*(select|insert|update|delete|merge|with|values|table)\\M';

const WAY =
  "An operator starts the server with shared_preload_libraries = 'pg_stat_statements' and prepares it again with bootstrapServer.";

/**
 * What pg_stat_statements has of one database. The view is read where the provisioner is, in `postgres`: no tenant can
 * reach it there.
 * @internal
 */
export async function readSlowQueries(
  { server }: OperationContext,
  target: DatabaseTarget,
  { limit, ...context }: ReadContext & { limit: number },
): Promise<SlowQueries> {
  const { database } = tenantNames(target.externalName);
  return server.read(async session => {
    const place = await findView(session);
    if ('why' in place) return { told: false, why: place.why };
    try {
      return {
        told: true,
        ...(await readView(session, place.schema, database, limit)),
      };
    } catch (error) {
      if (!isError(error) || error.code !== NOT_LOADED) throw error;
      return {
        told: false,
        why: `This server does not tell: it was started without pg_stat_statements. ${WAY}`,
      };
    }
  }, context);
}

async function findView(
  session: Session,
): Promise<{ schema: string } | { why: string }> {
  const { rows } = await session.query(
    `SELECT n.nspname AS schema, pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all
       FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
      WHERE e.extname = 'pg_stat_statements'`,
  );
  const [row] = rows;
  if (!row) {
    return {
      why: `This server does not tell: pg_stat_statements is not installed in its database "postgres". ${WAY}`,
    };
  }
  return row.sees_all
    ? { schema: row.schema }
    : {
        why: 'This server does not tell the platform: its login may not see the statements of others. An operator grants it pg_read_all_stats.',
      };
}

async function readView(
  session: Session,
  schema: string,
  database: string,
  limit: number,
) {
  const view = `${quoteName(schema)}.pg_stat_statements`;
  const { rows } = await session.query(
    `SELECT left(s.query, 4000) AS query, s.calls::float8 AS calls, s.mean_exec_time AS mean,
            s.max_exec_time AS max, s.total_exec_time AS total,
            (SELECT stats_reset FROM ${view}_info) AS since
       FROM ${view} s
      WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = $1)
        AND s.userid <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
        AND s.query ~* $2
      ORDER BY s.mean_exec_time DESC, s.queryid LIMIT $3`,
    [database, IS_QUERY, limit],
  );
  return {
    since: rows[0]?.since as Date | undefined,
    queries: rows.map(row => ({
      query: withoutLiterals(row.query, { doubleQuotes: 'name' }),
      calls: row.calls,
      meanMs: row.mean,
      maxMs: row.max,
      totalMs: row.total,
    })),
  };
}
