import { TestDatabases } from '@backstage/backend-test-utils';
import {
  entryHash,
  genesisHash,
  type Statement,
} from '@slipway/plugin-audit-node';
import { makeRecord } from './__testUtils__/records';
import {
  createServices,
  EVERYTHING,
  useTrails,
} from './__testUtils__/useTrails';
import { appendRecords } from './database/appendRecords';

jest.setTimeout(60_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('the segments and heads of the trail', () => {
  const create = useTrails(databases);

  it('closes segments and drops whole ones, after which the rest still verifies', async () => {
    const trail = await create();
    await trail.handOver({ retention: '90 days' });
    const { sealing, verify, published, logger, sign } = createServices(trail, {
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
    // What the portal has said of the segment is not made older by that.
    await sealing.drop(90);
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringMatching(/none has a closing that this portal has signed/),
    );
    expect(published.map(({ kind }) => kind)).not.toContain('drop');
    const at = new Date(Date.now() - 91 * 86_400_000).toISOString();
    const say = (statement: object) =>
      trail.superuser.raw(`UPDATE slipway_audit.segments SET statement = ?`, [
        JSON.stringify(statement),
      ]);
    for (const other of [{}, { at }, { seq: 3 }, { hash: 'x' }]) {
      await say({ ...published[1], ...other });
      await sealing.drop(90);
    }
    for (const other of [{ firstSeq: 2 }, { seq: 3 }, { hash: 'x' }]) {
      await say(sign({ ...published[1], at, ...other } as Statement));
      await sealing.drop(90);
    }
    expect(published.map(({ kind }) => kind)).not.toContain('drop');
    await say(sign({ ...published[1], at }));
    await sealing.drop(90);
    expect(published.at(-1)).toMatchObject({
      kind: 'drop',
      firstSeq: 1,
      seq: 4,
    });
    // By what was published the segment is younger than that.
    expect(await verify()).toMatchObject({
      problems: [{ kind: 'missing' }],
      entries: 2,
    });
    const verifyDropped = () => verify(EVERYTHING, published, 0);
    expect(await verifyDropped()).toMatchObject({
      problems: [],
      remarks: [
        expect.stringMatching(
          /^Entries before 5 were dropped at .*, as signed/,
        ),
      ],
      entries: 2,
      provenTo: 6,
    });
    await add(1);
    await sealing.seal();
    expect(await verifyDropped()).toMatchObject({ problems: [], entries: 3 });

    // Without what was said of it the beginning would be missing.
    await trail.superuser.raw(`DELETE FROM slipway_audit.segments`);
    const heads = published.filter(({ kind }) => kind === 'head');
    expect((await verify(EVERYTHING, heads, 0)).problems).toMatchObject([
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
        await trail.handOver({ retention: '90 days' });
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
      const said = { ...closing, kind: 'drop', until: head.at };
      const drop = (interval: string, statement: object = said) =>
        portal.raw('SELECT slipway_audit.drop_segments(?::interval, ?)', [
          interval,
          JSON.stringify(statement),
        ]);
      for (const interval of [
        '-1200 months 36090 days',
        '-12 months 450 days',
        '-100 days 4560 hours',
        '90 days',
      ]) {
        await expect(drop(interval)).rejects.toThrow(
          'entry 2 is younger than what may be dropped',
        );
      }
      for (const interval of ['0', '-1 days', '-infinity']) {
        await expect(drop(interval)).rejects.toThrow(
          'kept for at least 90 days',
        );
      }
      for (const bad of [
        {},
        { ...said, kind: 'head' },
        { ...said, seq: 1 },
        { ...said, firstSeq: 2 },
        { ...said, until: '2020-01-01T00:00:00.000000Z' },
        { ...said, at: '2999-01-01T00:00:00Z' },
      ]) {
        await expect(drop('90 days', bad)).rejects.toThrow(
          'what is said of a drop is a JSON object',
        );
      }
      await sealing.seal();
      expect(await verify()).toMatchObject({ problems: [], entries: 2 });
    },
  );

  /** Five months of which the first is closed: entries 1 to 3 of 4. */
  const createOld = async (retention?: string) => {
    const trail = await create();
    await trail.handOver({ retention });
    const services = createServices(trail, { maxSegmentEntries: 3 });
    const { portal, superuser } = trail;
    const old = new Date(Date.now() - 120 * 86_400_000).toISOString();
    // As entries were added then.
    const { trail: id } = await services.reading.state();
    let hash = genesisHash(id);
    for (const seq of [1, 2, 3]) {
      const at = old.replace('Z', '000Z');
      const record = JSON.stringify(makeRecord());
      hash = entryHash(hash, { seq, at, record });
      await superuser.raw(
        `INSERT INTO slipway_audit.events (seq, at, hash, record) VALUES (?, ?, ?, ?)`,
        [seq, at, hash, record],
      );
    }
    await superuser.raw(
      `UPDATE slipway_audit.trail SET head_seq = 3, head_hash = ?`,
      [hash],
    );
    await services.sealing.seal();
    const closing = services.published[1];
    const at = old.replace('Z', '000Z');
    services.published.splice(1, 1, services.sign({ ...closing, at }));
    await superuser.raw(
      `UPDATE slipway_audit.segments SET closed_at = ?, statement = ?`,
      [at, JSON.stringify(services.published[1])],
    );
    await appendRecords(portal, [makeRecord()]);
    await services.sealing.seal();
    return { ...services, portal, trail, closing, at };
  };

  it('drops nothing of a trail that its owner keeps for ever', async () => {
    const { sealing, verify, published, portal, closing, at, logger, trail } =
      await createOld();
    await sealing.drop(90);
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringMatching(/audit\.retention says 90 days, .* for ever/),
    );
    const said = JSON.stringify({ ...closing, kind: 'drop', until: at });
    const drop = () =>
      portal.raw(`SELECT slipway_audit.drop_segments('90 days', ?)`, [said]);
    await expect(drop()).rejects.toThrow('entries are kept for ever');
    expect(published.map(({ kind }) => kind)).not.toContain('drop');
    expect(await verify()).toMatchObject({ problems: [], entries: 4 });

    // Later updates keep what was said, until something else is.
    await trail.handOver({ retention: '100 days' });
    await trail.handOver();
    await expect(drop()).rejects.toThrow('at least 100 days');
    await expect(trail.handOver({ retention: '89 days' })).rejects.toThrow(
      'must be at least 90 days',
    );
    await trail.handOver({ retention: 'ever' });
    await expect(drop()).rejects.toThrow('entries are kept for ever');

    // As it was handed over before: nobody has said that it may be dropped.
    await trail.superuser.raw(
      `UPDATE slipway_audit.trail SET minimum_retention = '90 days';
       ALTER TABLE slipway_audit.trail ALTER COLUMN minimum_retention SET NOT NULL;
       ALTER TABLE slipway_audit.segments DROP COLUMN drop_statement`,
    );
    expect(await verify()).toMatchObject({ problems: [], entries: 4 });
    await trail.handOver();
    await expect(drop()).rejects.toThrow('entries are kept for ever');
  });

  it('drops what is due when that is published, and shows what the portal was made to drop without', async () => {
    const { sealing, verify, published, publishers } =
      await createOld('90 days');
    publishers.fail = true;
    await sealing.drop(90);
    expect(await verify()).toMatchObject({ problems: [], entries: 4 });
    publishers.fail = false;
    await sealing.drop(90);
    await sealing.drop(90);
    expect(published.at(-1)).toMatchObject({ kind: 'drop', seq: 3 });
    expect(await verify()).toMatchObject({
      problems: [],
      remarks: [expect.stringMatching(/^Entries before 4 were dropped at/)],
      entries: 1,
    });

    const taken = await createOld('90 days');
    await taken.portal.raw(`SELECT slipway_audit.drop_segments('90 days', ?)`, [
      JSON.stringify({ ...taken.closing, kind: 'drop', until: taken.at }),
    ]);
    expect(await taken.verify()).toMatchObject({
      problems: [
        {
          kind: 'missing',
          message: expect.stringMatching(/closed at .* that it was dropped$/),
        },
      ],
      entries: 1,
    });

    // The portal does not sign after it what would look as if all had been dropped as said.
    await appendRecords(taken.portal, [makeRecord(), makeRecord()]);
    await taken.sealing.seal();
    const next = taken.published.at(-1)!;
    const at = new Date(Date.now() - 91 * 86_400_000)
      .toISOString()
      .replace('Z', '000Z');
    await taken.trail.superuser.raw(
      `ALTER TABLE slipway_audit.events DISABLE TRIGGER ALL;
       UPDATE slipway_audit.events SET at = '${at}';
       ALTER TABLE slipway_audit.events ENABLE TRIGGER ALL`,
    );
    await taken.trail.superuser.raw(
      `UPDATE slipway_audit.segments SET closed_at = ?, statement = ? WHERE dropped_at IS NULL`,
      [at, JSON.stringify(taken.sign({ ...next, at } as Statement))],
    );
    await taken.sealing.drop(90);
    expect(taken.logger.error).toHaveBeenCalledWith(
      expect.stringMatching(/no statement of this portal says/),
    );
    expect(taken.published.map(({ kind }) => kind)).not.toContain('drop');
  });

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
      published: undefined,
      uncovered: 1,
    });
    await sealing.seal();
    await sealing.seal();
    expect(published).toMatchObject([{ kind: 'head', seq: 1 }]);
    expect(await reading.state()).toMatchObject({
      published: { seq: '1', key: published[0].key },
      uncovered: 0,
    });
    // Nor does it make an intact trail look like another.
    expect(await verify()).toMatchObject({
      problems: [],
      remarks: [
        expect.stringMatching(/^1 statements .* none of the keys/),
        expect.stringMatching(/^3 of the heads/),
      ],
      provenTo: 1,
    });
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
});
