import {
  DatabaseTarget,
  MeasuredDatabase,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { tenantNames } from '../identifiers';
import { readMarker } from '../marker';
import { OperationContext } from './context';

/**
 * Size, sessions and reads of one database, in two statements: this is asked for each of a thousand databases every few
 * minutes.
 * @internal
 */
export async function measureDatabase(
  { server }: OperationContext,
  target: DatabaseTarget,
  context?: ReadContext,
): Promise<MeasuredDatabase | undefined> {
  const names = tenantNames(target.externalName);
  return server.read(async session => {
    const { rows } = await session.query(
      `SELECT shobj_description(d.oid, 'pg_database') AS comment, pg_database_size(d.oid)::float8 AS size,
              s.blks_hit::float8 AS hits, s.blks_read::float8 AS reads
         FROM pg_database d LEFT JOIN pg_stat_database s ON s.datid = d.oid
        WHERE d.datname = $1`,
      [names.database],
    );
    const [row] = rows;
    if (!row || readMarker(row.comment)?.id !== target.id) return undefined;
    // Those of programs that back up or restore are the platform's.
    const { rows: sessions } = await session.query(
      `SELECT usename, shobj_description(usesysid, 'pg_authid') AS comment
         FROM pg_stat_activity WHERE datname = $1 AND usename IS NOT NULL`,
      [names.database],
    );
    const logins: string[] = Object.values(names.logins);
    return {
      sizeBytes: row.size,
      sessions: sessions.filter(
        ({ usename, comment }) =>
          logins.includes(usename) || readMarker(comment)?.kind === 'personal',
      ).length,
      ...(row.hits !== null && {
        cache: { hits: row.hits, misses: row.reads },
      }),
    };
  }, context);
}
