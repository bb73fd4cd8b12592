import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { TestDatabases } from '@backstage/backend-test-utils';
import { migrate } from '@slipway/operations';
import createKnex, { type Knex } from 'knex';

/** A trail, as a superuser and as the portal sees it. */
export interface TrailDatabase {
  superuser: Knex;
  /** A login without rights, to which the database belongs at first. */
  portal: Knex;
  /**
   * Hands the trail over, as a superuser does, or as the administrator of a managed Postgres; `retention`: what may be
   * dropped after it, nothing when it is not said; `member`: the name of a new role that can become the owner meanwhile.
   *
   * @returns the warnings
   */
  handOver(options?: {
    as?: 'superuser' | 'managed';
    retention?: string;
    member?: string;
  }): Promise<string[]>;
  close(): Promise<void>;
}

/** A database that belongs to a login of its own, which has made the trail in it. */
export async function createTrailDatabase(
  databases: TestDatabases,
): Promise<TrailDatabase> {
  const superuser = await databases.init('POSTGRES_18');
  const role = `portal_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await superuser.raw(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  const { rows } = await superuser.raw('SELECT current_database() AS name');
  await superuser.raw(`ALTER DATABASE ?? OWNER TO ${role}`, [rows[0].name]);
  const connection = superuser.client.connectionSettings;
  const portal = createKnex({
    client: 'pg',
    connection: { ...connection, user: role, password },
    pool: { min: 0, max: 5 },
  });
  await migrate(portal, {
    directory: path.resolve(__dirname, '../../migrations'),
    tableName: 'knex_migrations',
  });
  // As Backstage's scheduler has it beside the plugin's own tables.
  await portal.raw('CREATE TABLE backstage_backend_tasks__tasks (id text)');
  return {
    superuser,
    portal,
    handOver: async ({ as = 'superuser', retention = '', member } = {}) => {
      const statements = await readFile(
        path.resolve(__dirname, '../../handover.sql'),
        'utf8',
      );
      const warnings: string[] = [];
      // On a connection of its own: what is refused leaves a transaction behind.
      const run = async (login: { user: string; password: string }) => {
        const knex = createKnex({
          client: 'pg',
          connection: { ...connection, ...login },
          pool: {
            min: 0,
            afterCreate: (client: EventEmitter, done: () => void) => {
              client.on('notice', notice => warnings.push(notice.message));
              done();
            },
          },
        });
        try {
          await knex.raw(
            `SET slipway.audit_retention = '${retention}'; ${statements}`,
          );
        } catch (error) {
          // Without the statements, which name what is refused too.
          throw new Error(String(error).split('\nCOMMIT;\n - ').at(-1));
        } finally {
          await knex.destroy();
        }
      };
      const runAsMember = async (name: string, work: () => Promise<void>) => {
        // A server of their own has none yet.
        await superuser.raw(
          `DO $$ BEGIN
             IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'slipway_audit_owner') THEN
               GRANT slipway_audit_owner TO ${name} WITH ADMIN OPTION;
             END IF;
           END $$`,
        );
        try {
          await work();
        } finally {
          await superuser.raw(
            `REVOKE slipway_audit_owner FROM ${name} CASCADE`,
          );
        }
      };
      const { user, password: own } = connection;
      // The owner is the server's: those of other tests must not be looked at meanwhile.
      await withLock(
        { ...connection, password: own, database: 'postgres' },
        async () => {
          if (as === 'managed') {
            const administrator = `administrator_${role}`;
            await superuser.raw(
              `CREATE ROLE ${administrator} LOGIN CREATEROLE CREATEDB PASSWORD '${password}'`,
            );
            await superuser.raw(`GRANT ${role} TO ${administrator}`);
            await runAsMember(administrator, () =>
              run({ user: administrator, password }),
            );
          } else if (member) {
            await superuser.raw(`CREATE ROLE ${member}`);
            await runAsMember(member, () => run({ user, password: own }));
          } else {
            await run({ user, password: own });
          }
        },
      );
      return warnings;
    },
    close: () => portal.destroy(),
  };
}

async function withLock(
  connection: Knex.PgConnectionConfig,
  work: () => Promise<void>,
): Promise<void> {
  const knex = createKnex({
    client: 'pg',
    connection,
    pool: { min: 0, max: 1 },
  });
  try {
    await knex.raw(`SELECT pg_advisory_lock(hashtext('slipway_audit_owner'))`);
    await work();
  } finally {
    await knex.destroy();
  }
}
