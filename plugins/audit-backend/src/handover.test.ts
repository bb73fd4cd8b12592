import { TestDatabases } from '@backstage/backend-test-utils';
import { makeRecord } from './__testUtils__/records';
import { createServices, useTrails } from './__testUtils__/useTrails';
import { appendRecords } from './database/appendRecords';
import { isSeparatelyOwned } from './database/isSeparatelyOwned';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('the trail, before and after it is handed over', () => {
  const create = useTrails(databases);

  it('can be added to and read by the portal, and nothing else, once it is handed over', async () => {
    const trail = await create();
    const { portal } = trail;
    await appendRecords(portal, [makeRecord()]);
    expect(await isSeparatelyOwned(portal)).toBe(false);
    await trail.handOver();
    await trail.handOver();
    expect(await isSeparatelyOwned(portal)).toBe(true);

    await appendRecords(portal, [makeRecord()]);
    const { rows } = await portal.raw('SELECT current_database() AS name');
    for (const statement of [
      `UPDATE slipway_audit.events SET record = record`,
      `DELETE FROM slipway_audit.events`,
      `TRUNCATE slipway_audit.events`,
      `INSERT INTO slipway_audit.events (seq, at, hash, record) VALUES (9, now(), '', '{}')`,
      `UPDATE slipway_audit.trail SET head_seq = 0`,
      `UPDATE slipway_audit.trail SET minimum_retention = '0'`,
      `DELETE FROM slipway_audit.heads`,
      `INSERT INTO slipway_audit.segments (first_seq, last_seq, last_hash, statement) VALUES (1, 1, '', '')`,
      `DROP TABLE slipway_audit.events`,
      `DROP SCHEMA slipway_audit CASCADE`,
      `ALTER TABLE slipway_audit.events DISABLE TRIGGER ALL`,
      `CREATE OR REPLACE FUNCTION slipway_audit.append(records text[]) RETURNS integer LANGUAGE sql AS 'SELECT 0'`,
      `CREATE TABLE slipway_audit.other (a int)`,
      `SET ROLE slipway_audit_owner`,
      `GRANT slipway_audit_owner TO CURRENT_USER`,
      `SET session_replication_role = replica`,
      `SELECT slipway_audit.drop_segments('0 days')`,
      `ALTER DATABASE "${rows[0].name}" OWNER TO CURRENT_USER`,
    ]) {
      await expect(portal.raw(statement).then(() => statement)).rejects.toThrow(
        /permission denied|must be owner|must be able to|kept for at least/,
      );
    }
    const { reading } = createServices(trail);
    expect((await reading.list({})).items).toHaveLength(2);
    expect(await reading.state()).toMatchObject({
      owner: 'separate',
      uncovered: 2,
    });
  });

  it('can be handed over by an administrator who is no superuser', async () => {
    const trail = await create();
    await trail.handOver('managed');
    expect(await isSeparatelyOwned(trail.portal)).toBe(true);
    await appendRecords(trail.portal, [makeRecord()]);
    await expect(
      trail.portal.raw('DELETE FROM slipway_audit.events'),
    ).rejects.toThrow(/permission denied/);
  });

  it('is not changed by mistake before it is handed over', async () => {
    const { portal } = await create();
    await appendRecords(portal, [makeRecord()]);
    for (const statement of [
      `UPDATE slipway_audit.events SET record = '{}'`,
      `DELETE FROM slipway_audit.events`,
      `TRUNCATE slipway_audit.events`,
    ]) {
      await expect(portal.raw(statement)).rejects.toThrow(/only added to/);
    }
  });

  it('shows what a superuser has done to it', async () => {
    const trail = await create();
    await trail.handOver();
    const { sealing, verify } = createServices(trail);
    for (let n = 0; n < 6; n += 1) {
      await appendRecords(trail.portal, [makeRecord({ meta: { n } })]);
    }
    await sealing.seal();
    const { superuser } = trail;
    await superuser.raw(`ALTER TABLE slipway_audit.events DISABLE TRIGGER ALL`);
    const kindsAfter = async (statement: string) => {
      await superuser.raw(
        `CREATE TABLE backup AS SELECT seq, at, hash, record FROM slipway_audit.events`,
      );
      await superuser.raw(statement);
      const { problems } = await verify();
      await superuser.raw(`DELETE FROM slipway_audit.events`);
      await superuser.raw(
        `INSERT INTO slipway_audit.events (seq, at, hash, record) SELECT * FROM backup`,
      );
      await superuser.raw(`DROP TABLE backup`);
      return [...new Set(problems.map(({ kind }) => kind))];
    };
    const events = 'slipway_audit.events';
    expect(
      await kindsAfter(
        `UPDATE ${events} SET record = replace(record, 'sam', 'ines') WHERE seq = 3`,
      ),
    ).toEqual(['altered']);
    expect(await kindsAfter(`DELETE FROM ${events} WHERE seq = 3`)).toEqual([
      'missing',
    ]);
    expect(await kindsAfter(`DELETE FROM ${events} WHERE seq >= 5`)).toEqual(
      expect.arrayContaining(['truncated']),
    );
    expect((await verify()).problems).toEqual([]);

    // Everything from the third entry on anew, with the portal's own function.
    await superuser.raw(`CREATE TABLE kept AS SELECT * FROM ${events}`);
    await superuser.raw(`DELETE FROM ${events} WHERE seq >= 3`);
    await superuser.raw(
      `UPDATE slipway_audit.trail SET head_seq = 2, head_hash = (SELECT hash FROM ${events} WHERE seq = 2)`,
    );
    await superuser.raw(
      `SELECT slipway_audit.append(array_agg(replace(record, 'sam', 'ines') ORDER BY seq)) FROM kept WHERE seq >= 3`,
    );
    expect((await verify()).problems.map(({ kind }) => kind)).toEqual([
      'rebuilt',
    ]);
  });

  it('says that functions are old until an administrator has replaced them', async () => {
    const trail = await create();
    await trail.handOver();
    const { reading } = createServices(trail);
    expect(await reading.state()).toMatchObject({ functions: 'current' });
    // As it was handed over before there was such a file.
    await trail.superuser.raw(
      `COMMENT ON FUNCTION slipway_audit.drop_segments(interval) IS NULL`,
    );
    await trail
      .portal('knex_migrations')
      .where('name', 'like', '%checks.js')
      .delete();
    await trail.portal.migrate.latest({
      directory: `${__dirname}/../migrations`,
      tableName: 'knex_migrations',
    });
    expect(await reading.state()).toMatchObject({ functions: 'outdated' });
    await trail.upgrade();
    await trail.upgrade();
    expect(await reading.state()).toMatchObject({
      functions: 'current',
      owner: 'separate',
    });
    await appendRecords(trail.portal, [makeRecord()]);
    await expect(
      trail.portal.raw(
        `COMMENT ON FUNCTION slipway_audit.drop_segments(interval) IS NULL`,
      ),
    ).rejects.toThrow('must be owner');
  });
});
