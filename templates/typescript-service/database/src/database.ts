import type { FastifyBaseLogger } from 'fastify';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { z } from 'zod';
import { readEnvironment } from './config.ts';
import { NAME } from './name.ts';

/** The schema that holds this service's tables. */
const SCHEMA = 'app';

const MIGRATIONS = new URL('../migrations/', import.meta.url).pathname;

const schema = z.object({
  /** Holds a password: comes from a secret, and is never written to a log. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(50).default(5),
  /** The role that shall own the tables, where the login is not the owner. */
  DATABASE_ROLE: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/)
    .optional(),
  /** Off for logins that may only read. */
  DATABASE_MIGRATE: z.stringbool().default(true),
});

/** The service's database. */
export interface Database {
  pool: pg.Pool;
  ping(): Promise<void>;
  migrate(logger: FastifyBaseLogger): Promise<void>;
  close(): Promise<void>;
}

/** Makes a pool; connects when it is first used. */
export function openDatabase(environment: NodeJS.ProcessEnv): Database {
  const config = readEnvironment(schema, environment);
  const settings = [`-c search_path=${SCHEMA}`];
  if (config.DATABASE_ROLE) {
    settings.push(`-c role=${config.DATABASE_ROLE}`);
  }
  const connection: pg.PoolConfig = {
    connectionString: config.DATABASE_URL,
    options: settings.join(' '),
    application_name: NAME,
    connectionTimeoutMillis: 5_000,
  };
  const pool = new pg.Pool({
    ...connection,
    max: config.DATABASE_POOL_SIZE,
    idleTimeoutMillis: 30_000,
    statement_timeout: 15_000,
  });
  // A connection that breaks while it is idle is replaced at the next use.
  pool.on('error', () => undefined);

  return {
    pool,
    async ping() {
      await pool.query('SELECT 1');
    },
    async migrate(logger) {
      if (!config.DATABASE_MIGRATE) {
        logger.info('migrations are off');
        return;
      }
      const client = new pg.Client(connection);
      await client.connect();
      try {
        // Takes a lock in the database: replicas may start together.
        const applied = await runner({
          dbClient: client,
          dir: MIGRATIONS,
          direction: 'up',
          schema: SCHEMA,
          createSchema: true,
          migrationsSchema: SCHEMA,
          migrationsTable: 'migrations',
          createMigrationsSchema: true,
          checkOrder: true,
          advisoryLockMode: 'wait',
          logger: {
            debug: (message: string) => {
              logger.debug(message);
            },
            info: (message: string) => {
              logger.debug(message);
            },
            warn: (message: string) => {
              logger.warn(message);
            },
            error: (message: string) => {
              logger.error(message);
            },
          },
        });
        logger.info({ applied: applied.length }, 'database is up to date');
      } finally {
        await client.end();
      }
    },
    async close() {
      await pool.end();
    },
  };
}
