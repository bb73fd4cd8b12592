import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { makeRecord } from './__testUtils__/records';
import { createServices, useTrails } from './__testUtils__/useTrails';
import { appendRecords } from './database/appendRecords';
import { isSeparatelyOwned } from './database/isSeparatelyOwned';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

/** Until somebody waits for a lock; gives up after ten seconds. */
async function waitForLock(superuser: Knex): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const { rows } = await superuser.raw(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error('Nobody has waited for a lock');
}

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
      `SELECT slipway_audit.drop_segments('0 days', '{}')`,
      `ALTER DATABASE "${rows[0].name}" OWNER TO CURRENT_USER`,
    ]) {
      await expect(portal.raw(statement).then(() => statement)).rejects.toThrow(
        /permission denied|must be owner|must be able to|kept for ever/,
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
    await trail.handOver({ as: 'managed' });
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

  it('says that functions are not those of this version until an administrator has replaced them', async () => {
    const trail = await create();
    const { superuser, portal } = trail;
    const { reading } = createServices(trail);
    expect(await reading.state()).toMatchObject({ functions: 'current' });
    await trail.handOver();
    expect(await reading.state()).toMatchObject({ functions: 'current' });
    // As another version has it, and whatever is written about it.
    await superuser.raw(
      `CREATE OR REPLACE FUNCTION slipway_audit.drop_segments(older_than interval) RETURNS integer LANGUAGE sql
         AS 'SELECT 0';
       COMMENT ON FUNCTION slipway_audit.drop_segments(interval) IS 'upgrade 1'`,
    );
    expect(await reading.state()).toMatchObject({ functions: 'outdated' });
    await trail.handOver();
    await trail.handOver();
    expect(await reading.state()).toMatchObject({
      functions: 'current',
      owner: 'separate',
    });
    await appendRecords(portal, [makeRecord()]);
    for (const change of [
      `ALTER TABLE slipway_audit.events DISABLE TRIGGER events_only_added_to`,
      `GRANT DELETE ON slipway_audit.heads TO PUBLIC`,
      `ALTER FUNCTION slipway_audit.append(text[]) RESET search_path`,
    ]) {
      await superuser.raw(change);
      expect(await reading.state()).toMatchObject({ functions: 'outdated' });
      await trail.handOver();
      expect(await reading.state()).toMatchObject({ functions: 'current' });
    }
  });

  const RUNS = `CREATE FUNCTION public.run(s text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN EXECUTE s; RETURN true; END'`;
  const FIRES = `CREATE FUNCTION public.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`;
  it.each([
    [
      'a function',
      /function slipway_audit\.tidy/,
      `CREATE FUNCTION slipway_audit.tidy(s text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE s; END'`,
    ],
    [
      'a view',
      /view slipway_audit\.newest/,
      `CREATE VIEW slipway_audit.newest AS SELECT * FROM slipway_audit.events`,
    ],
    [
      'a type',
      /type slipway_audit\.mood/,
      `CREATE TYPE slipway_audit.mood AS ENUM ('good')`,
    ],
    [
      'a trigger',
      /trigger after on slipway_audit\.events/,
      `${FIRES}; CREATE TRIGGER after AFTER INSERT ON slipway_audit.events FOR EACH ROW EXECUTE FUNCTION public.fire()`,
    ],
    [
      'a rule',
      /rule "none" on slipway_audit\.heads/,
      `CREATE RULE none AS ON INSERT TO slipway_audit.heads DO INSTEAD NOTHING`,
    ],
    [
      'a condition',
      /constraint runs on slipway_audit\.events/,
      `${RUNS}; ALTER TABLE slipway_audit.events ADD CONSTRAINT runs CHECK (public.run(record))`,
    ],
    [
      'a default',
      /column slipway_audit\.heads\.note 4 boolean public\.run/,
      `${RUNS}; ALTER TABLE slipway_audit.heads ADD COLUMN note boolean DEFAULT public.run('SELECT 1')`,
    ],
    [
      'an index',
      /index slipway_audit\.runs/,
      `${RUNS}; CREATE INDEX runs ON slipway_audit.events (public.run(hash))`,
    ],
    [
      'a condition that runs a text',
      /constraint ok on slipway_audit\.events/,
      `ALTER TABLE slipway_audit.events ADD CONSTRAINT ok CHECK (query_to_xml('SELECT 1', true, true, '') IS NOT NULL)`,
    ],
    [
      'a default that runs a text',
      /column slipway_audit\.segments\.x 8 text .*ts_rewrite/,
      `ALTER TABLE slipway_audit.segments ADD COLUMN x text DEFAULT ts_rewrite('a'::tsquery, 'SELECT ''b''::tsquery, ''c''::tsquery')::text`,
    ],
    [
      'statistics of what a function says',
      /statistics object public\.st/,
      `CREATE FUNCTION public.f(bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
       CREATE STATISTICS public.st ON (public.f(seq)) FROM slipway_audit.events`,
    ],
    [
      'an index of part of a table',
      /index slipway_audit\.part/,
      `CREATE INDEX part ON slipway_audit.events (seq) WHERE seq > 0`,
    ],
    [
      'a foreign key',
      /constraint heads_seq_fkey on slipway_audit\.heads/,
      `CREATE TABLE public.others (seq bigint PRIMARY KEY);
       ALTER TABLE slipway_audit.heads ADD FOREIGN KEY (seq) REFERENCES public.others ON DELETE CASCADE`,
    ],
    [
      'a table that adds rows',
      /table public\.more inherits/,
      `CREATE TABLE public.more () INHERITS (slipway_audit.heads)`,
    ],
    [
      'hidden rows',
      /table slipway_audit\.heads r p d t/,
      `ALTER TABLE slipway_audit.heads ENABLE ROW LEVEL SECURITY`,
    ],
    [
      "a trigger under the name of another table's",
      /trigger events_not_emptied on slipway_audit\.trail/,
      `${FIRES}; CREATE TRIGGER events_not_emptied BEFORE UPDATE ON slipway_audit.trail FOR EACH ROW EXECUTE FUNCTION public.fire()`,
    ],
    [
      'columns that have changed places',
      /column slipway_audit\.segments\.closed_at 6 .*missing: .*column slipway_audit\.segments\.closed_at 4 /,
      `ALTER TABLE slipway_audit.segments RENAME closed_at TO x;
       ALTER TABLE slipway_audit.segments RENAME dropped_at TO closed_at;
       ALTER TABLE slipway_audit.segments RENAME x TO dropped_at`,
    ],
    [
      'a column more',
      /column slipway_audit\.events\.x 14 text/,
      `ALTER TABLE slipway_audit.events ADD COLUMN x text`,
    ],
    [
      'a column of another type',
      /column slipway_audit\.events\.hash 3 character varying/,
      `ALTER TABLE slipway_audit.events ALTER hash TYPE varchar`,
    ],
    [
      'a column that has to be there',
      /column slipway_audit\.events\.correlation_id 13 text not null/,
      `ALTER TABLE slipway_audit.events ALTER correlation_id SET NOT NULL`,
    ],
    [
      'a column that may be missing',
      /column slipway_audit\.events\.record 4 text\./,
      `ALTER TABLE slipway_audit.events ALTER record DROP NOT NULL`,
    ],
    [
      'an index that refuses entries',
      /index slipway_audit\.once CREATE UNIQUE INDEX once/,
      `CREATE UNIQUE INDEX once ON slipway_audit.events (plugin, event, subject)`,
    ],
    [
      'a constraint that refuses entries',
      /constraint once on slipway_audit\.events EXCLUDE/,
      `ALTER TABLE slipway_audit.events ADD CONSTRAINT once EXCLUDE (subject WITH =)`,
    ],
    [
      'a key less',
      /missing: .*constraint events_id_key on slipway_audit\.events UNIQUE \(id\)/,
      `ALTER TABLE slipway_audit.events DROP CONSTRAINT events_id_key`,
    ],
    [
      'a table that is published and cannot be',
      /table slipway_audit\.trail r p n/,
      `ALTER TABLE slipway_audit.trail REPLICA IDENTITY NOTHING; CREATE PUBLICATION p FOR TABLE slipway_audit.trail`,
    ],
  ])(
    'is not handed over with %s that the portal has left',
    async (_what, named, statement) => {
      const trail = await create();
      const { reading } = createServices(trail);
      await trail.portal.raw(statement);
      await expect(trail.handOver()).rejects.toThrow(named);
      // Nothing was done by half.
      expect(await reading.state()).toMatchObject({
        owner: 'portal',
        functions: 'outdated',
      });
    },
  );

  it('is told apart from one that was handed over with what the portal had left', async () => {
    const trail = await create();
    const { portal, superuser } = trail;
    const { reading } = createServices(trail);
    await trail.handOver();
    await superuser.raw(
      `CREATE FUNCTION slipway_audit.tidy(s text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE s; END';
       ALTER FUNCTION slipway_audit.tidy(text) OWNER TO slipway_audit_owner`,
    );
    expect(await reading.state()).toMatchObject({
      owner: 'separate',
      functions: 'outdated',
    });
    await expect(trail.handOver()).rejects.toThrow(/slipway_audit\.tidy/);
    await superuser.raw(`DROP FUNCTION slipway_audit.tidy(text)`);
    await trail.handOver();
    expect(await reading.state()).toMatchObject({ functions: 'current' });
    await appendRecords(portal, [makeRecord()]);
  });

  it('is not handed over again while its owner owns what is elsewhere, and says that it does', async () => {
    const trail = await create();
    const { superuser } = trail;
    const { reading } = createServices(trail);
    await trail.handOver();
    // Left behind by whoever could act as the owner once.
    await superuser.raw(
      `CREATE FUNCTION public.back(s text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE s; END';
       ALTER FUNCTION public.back(text) OWNER TO slipway_audit_owner`,
    );
    expect(await reading.state()).toMatchObject({ functions: 'outdated' });
    await expect(trail.handOver()).rejects.toThrow(
      /function public\.back\(pg_catalog\.text\) is the owner's/,
    );
    await superuser.raw(`DROP FUNCTION public.back(text)`);
    await trail.handOver();
    expect(await reading.state()).toMatchObject({ functions: 'current' });
  });

  it('is seen as it is, wherever the portal looks names up first', async () => {
    const trail = await create();
    const { portal } = trail;
    const { reading } = createServices(trail);
    await portal.raw(
      `CREATE FUNCTION public.pg_has_role(oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';
       CREATE FUNCTION public.encode(bytea, text) RETURNS text LANGUAGE sql AS $$SELECT 'x'$$;
       ALTER ROLE CURRENT_USER SET search_path = public, pg_catalog`,
    );
    await portal.destroy();
    portal.initialize();
    expect(await reading.state()).toMatchObject({
      owner: 'portal',
      functions: 'current',
    });
  });

  it('gives the owner nothing that is made while it is handed over', async () => {
    const trail = await create();
    const { portal, superuser } = trail;
    // The handover waits for the first when it has looked at all, and then the second is there.
    const lock = await portal.transaction();
    await lock.raw('GRANT USAGE ON SCHEMA public TO pg_monitor');
    const meanwhile = await portal.transaction();
    await meanwhile.raw(
      `CREATE FUNCTION slipway_audit.evil(s text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE s; END'`,
    );
    const handedOver = trail.handOver();
    await waitForLock(superuser);
    await meanwhile.commit();
    await lock.rollback();
    await handedOver;
    const { rows } = await superuser.raw(
      `SELECT pg_get_userbyid(proowner) AS owner FROM pg_proc WHERE proname = 'evil'`,
    );
    expect(rows).toEqual([{ owner: expect.stringMatching(/^portal_/) }]);
    const { reading } = createServices(trail);
    expect(await reading.state()).toMatchObject({ functions: 'outdated' });
    await expect(trail.handOver()).rejects.toThrow(/slipway_audit\.evil/);
  });

  it('is not handed over while others can become its owner, or the portal may write all there is', async () => {
    const trail = await create();
    const { portal, superuser } = trail;
    const { reading } = createServices(trail);
    await trail.handOver();
    const member = `friend_${Date.now()}`;
    await expect(trail.handOver({ member })).rejects.toThrow(
      `Only who hands over may become slipway_audit_owner, but these can: ${member}`,
    );

    const { rows } = await portal.raw('SELECT current_user AS role');
    await superuser.raw(`GRANT pg_write_all_data TO ${rows[0].role}`);
    expect(await reading.state()).toMatchObject({
      owner: 'separate',
      functions: 'outdated',
    });
    await expect(trail.handOver()).rejects.toThrow(
      `as: pg_write_all_data, ${rows[0].role}`,
    );
    await superuser.raw(`REVOKE pg_write_all_data FROM ${rows[0].role}`);
    await trail.handOver();
    expect(await reading.state()).toMatchObject({ functions: 'current' });
  });

  it('says that the database stays with the portal, and for which tables', async () => {
    const trail = await create();
    const { portal } = trail;
    const { reading } = createServices(trail);
    await portal.raw('CREATE TABLE public.mine (a int)');
    expect(await trail.handOver()).toEqual([
      expect.stringMatching(/^The database stays with .*: public\.mine$/),
    ]);
    expect(await reading.state()).toMatchObject({
      owner: 'tables',
      functions: 'current',
    });
    await portal.raw('DROP TABLE public.mine');
    expect(await trail.handOver()).toEqual([]);
    expect(await reading.state()).toMatchObject({ owner: 'separate' });
  });

  it('is not handed over with a time to come, which each later entry would get', async () => {
    const trail = await create();
    await appendRecords(trail.portal, [makeRecord()]);
    await trail.portal.raw(
      `UPDATE slipway_audit.trail SET head_at = '2990-01-01'`,
    );
    await expect(trail.handOver()).rejects.toThrow(
      'slipway_audit.trail says that the newest entry was stored at 2990-01-01',
    );
    await trail.portal.raw(
      `UPDATE slipway_audit.trail SET head_at = (SELECT max(at) FROM slipway_audit.events)`,
    );
    await trail.handOver();
  });

  it('sees what is made while it waits, whatever the database says of transactions', async () => {
    const trail = await create();
    const { portal, superuser } = trail;
    const { rows } = await portal.raw('SELECT current_database() AS name');
    for (const setting of [
      "default_transaction_isolation = 'repeatable read'",
      'default_transaction_read_only = on',
      'quote_all_identifiers = on',
      "intervalstyle = 'iso_8601'",
      'search_path = slipway_audit',
    ]) {
      await portal.raw(`ALTER DATABASE "${rows[0].name}" SET ${setting}`);
    }
    const meanwhile = await portal.transaction();
    await meanwhile.raw(
      `${FIRES}; CREATE TRIGGER after AFTER INSERT ON slipway_audit.heads FOR EACH ROW EXECUTE FUNCTION public.fire()`,
    );
    const handedOver = trail.handOver().then(
      () => 'handed over',
      error => error.message,
    );
    await waitForLock(superuser);
    await meanwhile.commit();
    expect(await handedOver).toMatch(
      /not made: trigger after on slipway_audit\.heads [^;]*$/,
    );
    await superuser.raw('DROP TRIGGER after ON slipway_audit.heads');
    await trail.handOver();
    const { reading } = createServices(trail);
    expect(await reading.state()).toMatchObject({
      owner: 'separate',
      functions: 'current',
    });
  });

  it('leaves no function and no right that the portal has given before', async () => {
    const trail = await create();
    const { portal, superuser } = trail;
    const friend = `friend_${Date.now()}`;
    await superuser.raw(`CREATE ROLE ${friend} LOGIN`);
    await portal.raw(
      `CREATE OR REPLACE FUNCTION slipway_audit.keep_head(head_seq bigint, head_at timestamptz, statement text) RETURNS void
         LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE statement; END';
       CREATE FUNCTION slipway_audit.append(s text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
         AS 'BEGIN EXECUTE s; END';
       GRANT ALL ON SCHEMA slipway_audit TO ${friend} WITH GRANT OPTION;
       GRANT ALL ON slipway_audit.events TO ${friend}, PUBLIC;
       GRANT UPDATE (record) ON slipway_audit.events TO ${friend}`,
    );
    await trail.handOver();
    const { reading } = createServices(trail);
    expect(await reading.state()).toMatchObject({
      functions: 'current',
      owner: 'separate',
    });
    const { rows } = await superuser.raw(
      `SELECT has_schema_privilege('${friend}', 'slipway_audit', 'USAGE') AS schema,
              has_any_column_privilege('${friend}', 'slipway_audit.events', 'UPDATE') AS columns,
              (SELECT count(*)::integer FROM pg_proc WHERE pronamespace = 'slipway_audit'::regnamespace) AS functions`,
    );
    expect(rows).toEqual([{ schema: false, columns: false, functions: 6 }]);
    await superuser.raw(`DROP ROLE ${friend}`);
    await expect(
      portal.raw(
        `SELECT slipway_audit.keep_head(1, now(), 'DELETE FROM slipway_audit.events')`,
      ),
    ).rejects.toThrow(/invalid input syntax for type json/);
  });
});
