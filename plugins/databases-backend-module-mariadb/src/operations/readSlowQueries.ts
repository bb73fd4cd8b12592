import {
  DatabaseTarget,
  ReadContext,
  SlowQueries,
  withoutLiterals,
} from '@slipway/plugin-databases-node';
import { serverErrors } from '../errors';
import { tenantNames } from '../identifiers';
import { OperationContext } from './context';

/** Of times in performance_schema, which are in picoseconds. */
const PER_MS = 1e9;

/**
 * What performance_schema has of one database. A statement counts for the database that was chosen (`USE`) when it ran, and
 * a tenant can choose only its own.
 * @internal
 */
export async function readSlowQueries(
  { server }: OperationContext,
  target: DatabaseTarget,
  { limit, ...context }: ReadContext & { limit: number },
): Promise<SlowQueries> {
  const { database } = tenantNames(target.externalName);
  return server.read(async session => {
    const [{ counts }] = await session.query(
      'SELECT @@performance_schema AS counts',
    );
    if (!Number(counts)) {
      return {
        told: false,
        why: 'This server does not tell: it runs without performance_schema. An operator sets performance_schema = ON in its configuration, starts it anew, and prepares it again with bootstrapServer.',
      };
    }
    try {
      const rows = await session.query(
        `SELECT LEFT(DIGEST_TEXT, 4000) AS query, COUNT_STAR AS calls, AVG_TIMER_WAIT AS mean,
                MAX_TIMER_WAIT AS longest, SUM_TIMER_WAIT AS total
           FROM performance_schema.events_statements_summary_by_digest
          WHERE SCHEMA_NAME = ? AND DIGEST_TEXT REGEXP '^[[:space:]]*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES)'
          ORDER BY AVG_TIMER_WAIT DESC LIMIT ?`,
        [database, limit],
      );
      return {
        told: true,
        queries: rows.map(row => ({
          query: withoutLiterals(String(row.query), { doubleQuotes: 'text' }),
          calls: Number(row.calls),
          meanMs: Number(row.mean) / PER_MS,
          maxMs: Number(row.longest) / PER_MS,
          totalMs: Number(row.total) / PER_MS,
        })),
      };
    } catch (error) {
      if ((error as { errno?: number }).errno !== serverErrors.tableDenied) {
        throw error;
      }
      return {
        told: false,
        why: 'This server does not tell the platform: its login may not read performance_schema. An operator prepares the server again with bootstrapServer.',
      };
    }
  }, context);
}
