import fc from 'fast-check';
import {
  chain,
  drop,
  exportOf,
  publish,
  timeOf,
} from '../__testUtils__/makeTrail';
import {
  covered,
  keys,
  kinds,
  signer,
  stranger,
  TRAIL,
  verify,
} from '../__testUtils__/trails';
import { type ExportedEntry, formatEntry } from './exportLines';
import { signStatement, type SignedStatement } from './statements';

describe('TrailVerifier, when the beginning is gone', () => {
  /** What is left of an export when everything up to an entry is gone. */
  const withoutBeginning = (
    entries: ExportedEntry[],
    seq: number,
    carried: SignedStatement[] = [],
  ) => {
    const [header, ...rest] = exportOf(TRAIL, entries.slice(seq));
    return [
      JSON.stringify({
        ...JSON.parse(header),
        previousHash: entries[seq - 1].hash,
        exportedAt: '2028-01-01T00:00:00.000000Z',
      }),
      ...carried.map(each => JSON.stringify(each)),
      ...rest,
    ];
  };
  const gone = fc.record({
    one: covered,
    days: fc.integer({ min: 0, max: 200 }),
    // What else stands in the export, whoever has stored it.
    noise: fc.constantFrom(undefined, stranger),
    isClosed: fc.boolean(),
  });
  const closingOf = (entries: ExportedEntry[], seq: number) => {
    const { hash, at } = entries[seq - 1];
    return signStatement(
      { v: 1, kind: 'segment', trail: TRAIL, firstSeq: 1, seq, hash, at },
      signer,
    );
  };

  it('finds a beginning that was taken away, whatever segments were closed', () => {
    fc.assert(
      fc.property(gone, ({ one: { trail, seq }, days, noise, isClosed }) => {
        const { entries, published } = trail;
        const report = verify(
          withoutBeginning(entries, seq, [
            drop(TRAIL, entries, seq, { days, signer: noise }),
            ...publish(TRAIL, entries, [seq], noise),
          ]),
          [...published, ...(isClosed ? [closingOf(entries, seq)] : [])],
        );
        // Without any entry only the heads know of them.
        expect(kinds(report)).toContain(
          seq === entries.length ? 'truncated' : 'missing',
        );
        // The statement of another drop does not stand for this one.
        const another = drop(TRAIL, entries, seq === 1 ? 2 : seq - 1, {
          days: 90,
          signer,
        });
        expect(
          verify(withoutBeginning(entries, seq), [...published, another])
            .problems,
        ).not.toEqual([]);
      }),
    );
  });

  it('accepts a beginning that was dropped as signed, and not before its time', () => {
    fc.assert(
      fc.property(gone, ({ one: { trail, seq }, days, noise, isClosed }) => {
        const { entries, published } = trail;
        const said = drop(TRAIL, entries, seq, { days, signer });
        const closings = isClosed ? [closingOf(entries, seq)] : [];
        // Kept outside, or carried by the export: the signature makes it count.
        for (const [carried, kept] of [
          [[said], []],
          [[], [said]],
        ]) {
          const report = verify(
            withoutBeginning(entries, seq, [
              ...carried,
              ...publish(TRAIL, entries, [seq], noise),
            ]),
            [
              ...published.filter(head => head.seq > seq),
              ...publish(TRAIL, entries, [entries.length], signer),
              ...closings,
              ...kept,
            ],
          );
          expect(kinds(report)).toEqual(
            days >= 90
              ? []
              : [
                  'missing',
                  ...(seq === entries.length ? ['truncated', 'unproven'] : []),
                ],
          );
          expect(
            report.remarks.filter(remark => remark.includes('dropped')),
          ).toEqual(
            days >= 90
              ? [
                  `Entries before ${seq + 1} were dropped at ${said.at}, as signed.`,
                ]
              : [],
          );
        }
      }),
    );
  });

  const entries = chain(TRAIL, ['{}', '{}', '{}', '{}', '{}', '{}']);
  const published = publish(TRAIL, entries, [6], signer);

  const closing = signStatement(
    {
      v: 1,
      kind: 'segment',
      trail: TRAIL,
      firstSeq: 1,
      seq: 3,
      hash: entries[2].hash,
      at: timeOf(4),
    },
    signer,
  );
  const opening = JSON.stringify({
    v: 1,
    kind: 'export',
    trail: TRAIL,
    from: timeOf(1),
    to: timeOf(59),
    exportedAt: timeOf(60),
    previousHash: entries[2].hash,
  });
  const others = [
    ...entries.slice(3).map(formatEntry),
    JSON.stringify({ v: 1, kind: 'end', entries: 3 }),
  ];
  const droppedAfter = (days: number) =>
    drop(TRAIL, entries, 3, { days, signer });
  const lines = [opening, ...others];

  it('may begin after entries that were dropped as published', () => {
    expect(verify(lines, published).problems).toMatchObject([
      {
        kind: 'missing',
        message: expect.stringContaining('that those before it were dropped'),
      },
    ]);
    expect(verify(lines, [...published, closing]).problems).toMatchObject([
      {
        kind: 'missing',
        message: expect.stringMatching(/closed at .* that it was dropped/),
      },
    ]);
    expect(
      verify(lines, [...published, droppedAfter(89)]).problems,
    ).toMatchObject([
      {
        kind: 'missing',
        message: expect.stringContaining('kept for at least 90 days'),
      },
    ]);
    expect(verify(lines, [...published, droppedAfter(90)]).problems).toEqual(
      [],
    );
    // By its closing the segment is younger than the database says.
    expect(
      verify(lines, [...published, droppedAfter(90), closing]).problems,
    ).toMatchObject([
      { kind: 'missing', message: expect.stringContaining('closed at') },
    ]);
  });

  it('was not dropped as said when a head shows that what was dropped was younger', () => {
    const said = droppedAfter(100);
    const head = publish(TRAIL, entries, [2], signer)[0];
    const young = signStatement(
      { ...head, kind: 'head', at: '2026-03-01T00:00:00.000000Z' },
      signer,
    );
    const old = signStatement({ ...head, kind: 'head', at: timeOf(2) }, signer);
    expect(verify(lines, [...published, said, old]).problems).toEqual([]);
    expect(verify(lines, [...published, said, young]).problems).toMatchObject([
      {
        kind: 'missing',
        message: expect.stringMatching(
          /at 2026-03-01\S+ the newest entry was 2,/,
        ),
      },
    ]);
  });

  it('was dropped as said from its first entry on', () => {
    const part = (firstSeq: number, seq: number) =>
      signStatement(
        {
          ...drop(TRAIL, entries, seq, { days: 90 }),
          kind: 'drop',
          firstSeq,
          until: entries[seq - 1].at,
        },
        signer,
      );
    for (const [drops, first] of [
      [[part(3, 3)], 3],
      [[part(3, 3), part(2, 2)], 2],
      [[part(3, 3), part(1, 1)], 3],
      [[part(3, 3), part(3, 2)], 3],
      [[part(0, 3)], 0],
    ] as const) {
      expect(verify(lines, [...published, ...drops]).problems).toMatchObject([
        {
          kind: 'missing',
          message: expect.stringContaining(`that those before ${first} were`),
        },
      ]);
    }
    for (const drops of [[part(3, 3), part(2, 2), part(1, 1)], [part(1, 3)]]) {
      expect(verify(lines, [...published, ...drops]).problems).toEqual([]);
    }
  });

  it('has all that an auditor says must be kept', () => {
    const keptFor = (days: number, from: string) =>
      verify(
        [
          JSON.stringify({
            ...JSON.parse(opening),
            from,
            exportedAt: '2028-01-01T00:00:00.000000Z',
          }),
          ...others,
        ],
        [...published, droppedAfter(days)],
        keys,
        365,
      ).problems;
    // Dropped by the rules of the database, but not by theirs.
    const early = '2025-01-01T00:00:00.000000Z';
    expect(keptFor(364, early)).toMatchObject([
      {
        kind: 'missing',
        message: expect.stringContaining('kept for at least 365 days'),
      },
    ]);
    expect(keptFor(365, early)).toEqual([]);
    // What is not looked at is not there.
    expect(keptFor(365, '2027-06-01T00:00:00.000000Z')).toMatchObject([
      {
        kind: 'unproven',
        message: expect.stringContaining('does not reach back 365 days'),
      },
    ]);
    // The whole trail, however young it is.
    const whole = exportOf(TRAIL, entries);
    expect(verify(whole, published, keys, 365).problems).toEqual([]);
  });
});
