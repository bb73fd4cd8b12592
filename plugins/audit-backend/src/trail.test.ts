import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import {
  createSigner,
  readPublicKeys,
  type SignedStatement,
  TrailVerifier,
} from '@slipway/plugin-audit-node';
import {
  createTrailDatabase,
  type TrailDatabase,
} from './__testUtils__/createTrailDatabase';
import { makeRecord } from './__testUtils__/records';
import { appendRecords } from './database/appendRecords';
import { isSeparatelyOwned } from './database/isSeparatelyOwned';
import { Publishers } from './services/Publishers';
import { SealingService } from './services/SealingService';
import { TrailService } from './services/TrailService';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const signer = createSigner(Buffer.alloc(32, 1).toString('base64'))!;
const EVERYTHING = { from: '1970-01-01', to: '2999-01-01' };

/** The services on a trail, and what they have published. */
function createServices(
  trail: TrailDatabase,
  options: { maxSegmentEntries?: number } = {},
) {
  const published: SignedStatement[] = [];
  const publishers = new Publishers();
  publishers.addPublisher({
    id: 'test',
    publish: async statement => void published.push(statement),
  });
  const knex = trail.portal;
  const config = {
    signer,
    maxSegmentEntries: options.maxSegmentEntries ?? 1000,
  };
  const reading = TrailService.create({ knex, publishers, config });
  const verify = async (
    period = EVERYTHING,
    heads = published,
    keptForDays?: number,
  ) => {
    const verifier = TrailVerifier.create({
      published: heads,
      keptForDays,
      keys: readPublicKeys(signer.publicKey),
    });
    for await (const line of reading.export(period)) {
      verifier.add(line);
    }
    return verifier.finish();
  };
  return {
    published,
    reading,
    verify,
    sealing: SealingService.create({
      ...config,
      knex,
      publishers,
      logger: mockServices.logger.mock(),
    }),
  };
}

describe('the trail', () => {
  const trails: TrailDatabase[] = [];
  const create = async () => {
    const trail = await createTrailDatabase(databases);
    trails.push(trail);
    return trail;
  };
  afterAll(async () => {
    await Promise.all(trails.map(trail => trail.close()));
  });

  it('chains what several replicas add at once, so that it verifies', async () => {
    const trail = await create();
    await trail.handOver();
    const { sealing, verify, published } = createServices(trail);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        appendRecords(
          trail.portal,
          Array.from({ length: 1 + (n % 4) }, () =>
            makeRecord({ meta: { text: `ünïcode ${n} 😀 \\ " \u2028` } }),
          ),
        ),
      ),
    );
    await sealing.seal();
    expect(published).toMatchObject([{ kind: 'head', seq: 50 }]);
    expect(await verify()).toMatchObject({
      problems: [],
      entries: 50,
      provenTo: 50,
      unproven: 0,
    });
    // Quiet minutes publish nothing.
    await sealing.seal();
    expect(published).toHaveLength(1);
  });

  it('stores an entry once, however often it is sent', async () => {
    const trail = await create();
    const record = makeRecord();
    await appendRecords(trail.portal, [record]);
    await appendRecords(trail.portal, [record, makeRecord(), record]);
    const { reading } = createServices(trail);
    expect((await reading.list({})).items.map(({ seq }) => seq)).toEqual([
      '2',
      '1',
    ]);
  });

  it('refuses what is no entry, and then stores none of the batch', async () => {
    const trail = await create();
    const append = (records: string[]) =>
      trail.portal.raw('SELECT slipway_audit.append(?::text[])', [records]);
    const good = JSON.stringify(makeRecord());
    for (const bad of ['{', '[]', '{}', '"x"', `{\n"id":"${good}"}`]) {
      await expect(append([good, bad])).rejects.toMatchObject({
        code: expect.stringMatching(/^2[23]/),
      });
    }
    const { reading } = createServices(trail);
    expect((await reading.list({})).items).toEqual([]);
  });

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

  it('closes segments and drops whole ones, after which the rest still verifies', async () => {
    const trail = await create();
    await trail.handOver();
    const { sealing, verify, published } = createServices(trail, {
      maxSegmentEntries: 3,
    });
    const add = (count: number) =>
      appendRecords(
        trail.portal,
        Array.from({ length: count }, () => makeRecord()),
      );
    await add(4);
    await sealing.seal();
    await add(2);
    await sealing.seal();
    expect(published.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['head', 4],
      ['segment', 4],
      ['head', 6],
    ]);
    await sealing.drop(90);
    expect(await verify()).toMatchObject({ problems: [], entries: 6 });

    await trail.superuser.raw(
      `UPDATE slipway_audit.segments SET closed_at = now() - interval '91 days'`,
    );
    // An entry stays as long, whatever is said about its segment.
    await sealing.drop(90);
    expect(await verify()).toMatchObject({ problems: [], entries: 6 });
    await trail.superuser.raw(
      `ALTER TABLE slipway_audit.events DISABLE TRIGGER ALL;
       UPDATE slipway_audit.events SET at = at - interval '91 days' WHERE seq <= 4;
       ALTER TABLE slipway_audit.events ENABLE TRIGGER ALL;
       UPDATE slipway_audit.heads SET at = at - interval '91 days' WHERE seq <= 4`,
    );
    await sealing.drop(90);
    // By what was published the segment is younger than that.
    expect(await verify()).toMatchObject({
      problems: [{ kind: 'missing' }],
      entries: 2,
    });
    const verifyDropped = () => verify(EVERYTHING, published, 0);
    expect(await verifyDropped()).toMatchObject({
      problems: [],
      entries: 2,
      provenTo: 6,
    });
    await add(1);
    await sealing.seal();
    expect(await verifyDropped()).toMatchObject({ problems: [], entries: 3 });

    // Without what closed it the beginning would be missing.
    await trail.superuser.raw(`DELETE FROM slipway_audit.segments`);
    const heads = published.filter(({ kind }) => kind === 'head');
    expect((await verify(EVERYTHING, heads)).problems).toMatchObject([
      { kind: 'altered' },
      { kind: 'missing' },
    ]);
  });

  it.each([
    ['before it is handed over', false],
    ['once it is handed over', true],
  ])(
    'keeps what is young from the portal, %s, whatever it asks for',
    async (_when, isHandedOver) => {
      const trail = await create();
      if (isHandedOver) {
        await trail.handOver();
      }
      const { portal } = trail;
      const { sealing, verify, reading } = createServices(trail);
      await appendRecords(portal, [makeRecord(), makeRecord()]);
      const { head, trail: id } = await reading.state();
      const close = (statement: string) =>
        portal.raw('SELECT slipway_audit.close_segment(2, ?)', [statement]);
      const closing = {
        v: 1,
        kind: 'segment',
        trail: id,
        firstSeq: 1,
        seq: 2,
        hash: head.hash,
        at: head.at,
      };
      for (const bad of [
        'x',
        '[]',
        '{"v":1,"kind":"segment"}',
        JSON.stringify({ ...closing, seq: 1 }),
        JSON.stringify({ ...closing, hash: 'x' }),
        JSON.stringify({ ...closing, firstSeq: 2 }),
        JSON.stringify({ ...closing, at: '2999-01-01T00:00:00Z' }),
      ]) {
        await expect(close(bad)).rejects.toThrow(
          /closing of a segment is|invalid input syntax for type json/,
        );
      }
      await close(JSON.stringify(closing));
      for (const interval of [
        '-1200 months 36090 days',
        '-12 months 450 days',
        '-100 days 4560 hours',
        '90 days',
      ]) {
        const { rows } = await portal.raw(
          'SELECT slipway_audit.drop_segments(?::interval) AS dropped',
          [interval],
        );
        expect(rows).toEqual([{ dropped: 0 }]);
      }
      for (const interval of ['0', '-1 days', '-infinity']) {
        await expect(
          portal.raw('SELECT slipway_audit.drop_segments(?::interval)', [
            interval,
          ]),
        ).rejects.toThrow('kept for at least 90 days');
      }
      await sealing.seal();
      expect(await verify()).toMatchObject({ problems: [], entries: 2 });
    },
  );

  it('keeps no head that is none, and is published whatever is kept', async () => {
    const trail = await create();
    await trail.handOver();
    const { portal, superuser } = trail;
    const { sealing, verify, reading, published } = createServices(trail);
    await appendRecords(portal, [makeRecord()]);
    const { head, trail: id } = await reading.state();
    const good = { v: 1, kind: 'head', trail: id, ...head, seq: 1 };
    const keep = (seq: string, at: string, statement: unknown) =>
      portal.raw('SELECT slipway_audit.keep_head(?, ?, ?)', [
        seq,
        at,
        typeof statement === 'string' ? statement : JSON.stringify(statement),
      ]);
    const huge = '9223372036854775807';
    for (const [seq, at, statement] of [
      [huge, head.at, 'x'],
      [huge, head.at, { ...good, seq: 2 }],
      ['1', head.at, '[]'],
      ['1', head.at, '{}'],
      ['2', head.at, { ...good, seq: 2 }],
      ['1', head.at, { ...good, hash: 'x' }],
      ['1', '2999-01-01T00:00:00Z', good],
    ] as const) {
      await expect(keep(seq, at, statement)).rejects.toThrow(
        /a head is a JSON object|invalid input syntax for type json/,
      );
    }

    // As they could be stored before, and as the owner could store them.
    await superuser.raw(
      `INSERT INTO slipway_audit.heads (seq, at, statement)
       VALUES (${huge}, now(), 'x'), (1, '2999-01-01', 'x'), (1, '2998-01-01', '{}')`,
    );
    // What nobody has signed does not stand for what is published.
    await keep('1', head.at, good);
    expect(await reading.state()).toMatchObject({
      damagedHeads: 3,
      published: { seq: '1' },
    });
    await sealing.seal();
    await sealing.seal();
    expect(published).toMatchObject([{ kind: 'head', seq: 1 }]);
    const { problems } = await verify();
    expect(problems.map(({ kind }) => kind).sort()).toEqual([
      'forged',
      'unreadable',
      'unreadable',
      'unreadable',
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

  it('closes a segment at the end of the month', async () => {
    const trail = await create();
    const { sealing, published } = createServices(trail);
    await appendRecords(trail.portal, [makeRecord()]);
    await trail.superuser.raw(
      `ALTER TABLE slipway_audit.events DISABLE TRIGGER ALL`,
    );
    await trail.superuser.raw(
      `UPDATE slipway_audit.events SET at = at - interval '32 days'`,
    );
    await sealing.seal();
    await sealing.seal();
    expect(published.map(({ kind }) => kind)).toEqual(['head', 'segment']);
  });

  it('exports a period so that it verifies by itself', async () => {
    const trail = await create();
    const { sealing, verify, reading } = createServices(trail);
    const times: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      await appendRecords(trail.portal, [makeRecord()]);
      await sealing.seal();
      times.push((await reading.state()).head.at);
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    const at = (n: number) => new Date(Date.parse(times[n]) + 2).toISOString();
    expect(await verify({ from: at(1), to: at(3) })).toMatchObject({
      problems: [],
      // The third and fourth, with a neighbour on each side.
      entries: 4,
    });
    expect(await verify({ from: at(5), to: at(5) })).toMatchObject({
      problems: [],
    });
    expect(await verify({ ...EVERYTHING, to: at(0) })).toMatchObject({
      problems: [],
      entries: 2,
    });
  });

  it('is empty at first, and can be taken back', async () => {
    const trail = await create();
    const { sealing, verify, published } = createServices(trail);
    await sealing.seal();
    expect(published).toEqual([]);
    expect(await verify()).toMatchObject({ problems: [], entries: 0 });
    await trail.portal.migrate.rollback(
      { directory: `${__dirname}/../migrations` },
      true,
    );
    expect(
      await trail.portal('pg_namespace').where({ nspname: 'slipway_audit' }),
    ).toEqual([]);
  });
});
