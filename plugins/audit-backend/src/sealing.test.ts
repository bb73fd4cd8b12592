import { TestDatabases } from '@backstage/backend-test-utils';
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
