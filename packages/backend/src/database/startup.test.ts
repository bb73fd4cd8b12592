import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { freeAbandonedMigrations } from './freeAbandonedMigrations';
import { takeStartupLock } from './takeStartupLock';

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const source = (name: string) => ({
  getMigrations: async () => [name],
  getMigrationName: (each: string) => each,
  getMigration: async () => ({
    up: (knex: Knex) =>
      knex.schema
        .createTable('boats', table => table.text('name'))
        .then(() => knex.raw('SELECT pg_sleep(0.3)')),
    down: async () => {},
  }),
});
const tableName = 'boats__knex_migrations';

describe('startup', () => {
  const logger = mockServices.logger.mock();

  it('lets replicas migrate one after the other', async () => {
    const knex = await databases.init('POSTGRES_18');
    let inside = 0;
    await Promise.all(
      [1, 2, 3].map(async () => {
        const lock = await takeStartupLock(knex, {
          logger,
          patienceMs: 30_000,
        });
        inside += 1;
        expect(inside).toBe(1);
        await knex.migrate.latest({
          migrationSource: source('1'),
          tableName,
        });
        inside -= 1;
        await lock.release();
      }),
    );
    expect(await knex.schema.hasTable('boats')).toBe(true);
  });

  it('no longer waits for one that never ends', async () => {
    const knex = await databases.init('POSTGRES_18');
    const first = await takeStartupLock(knex, { logger, patienceMs: 1 });
    const second = await takeStartupLock(knex, { logger, patienceMs: 200 });
    expect([first.exclusive, second.exclusive]).toEqual([true, false]);
    await first.release();
    const third = await takeStartupLock(knex, { logger, patienceMs: 200 });
    expect(third.exclusive).toBe(true);
    await third.release();
  });

  it('has the lock of one whose connection is gone', async () => {
    const knex = await databases.init('POSTGRES_18');
    const first = await takeStartupLock(knex, { logger, patienceMs: 1 });
    const [second] = await Promise.all([
      takeStartupLock(knex, { logger, patienceMs: 30_000 }),
      knex.raw(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ),
    ]);
    expect(second.exclusive).toBe(true);
    await first.release();
    await second.release();
  });

  it('runs a migration again that a crash has cut off', async () => {
    const knex = await databases.init('POSTGRES_18');
    await knex.migrate.currentVersion({
      migrationSource: source('1'),
      tableName,
    });
    await knex(`${tableName}_lock`).update({ is_locked: 1 });
    const migrate = () =>
      knex.migrate.latest({ migrationSource: source('1'), tableName });
    await expect(migrate()).rejects.toThrow(/already locked/);

    await freeAbandonedMigrations(knex, { pluginId: 'boats', logger });
    await migrate();
    expect(await knex.schema.hasTable('boats')).toBe(true);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringMatching(/plugin 'boats' was cut off/),
    );
  });
});
