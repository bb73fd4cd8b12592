import fc from 'fast-check';
import { chain, exportOf, publish, timeOf } from '../__testUtils__/makeTrail';
import {
  covered,
  kinds,
  signer,
  stranger,
  TRAIL,
  trails,
  verify,
} from '../__testUtils__/trails';
import { entryHash, genesisHash } from './chain';
import { type ExportedEntry, formatEntry } from './exportLines';
import { signStatement, type SignedStatement } from './statements';
import { TrailVerifier } from './TrailVerifier';

const isOther = (before: ExportedEntry[], after: ExportedEntry[]) =>
  before.map(formatEntry).join() !== after.map(formatEntry).join();

describe('TrailVerifier', () => {
  it('accepts every trail as it was stored, and says how far that is proven', () => {
    fc.assert(
      fc.property(trails, ({ entries, published, newest }) => {
        const report = verify(exportOf(TRAIL, entries), published);
        expect(report.problems).toEqual([]);
        expect(report.provenTo).toBe(newest);
        expect(report.unproven).toBe(entries.length - newest);
      }),
    );
  });

  it('finds an entry that was altered', () => {
    fc.assert(
      fc.property(
        covered,
        fc.constantFrom('record', 'at', 'hash'),
        ({ trail, seq }, field) => {
          const entries = trail.entries.map(entry =>
            entry.seq !== seq
              ? entry
              : {
                  ...entry,
                  ...(field === 'record' && { record: '{"index":"other"}' }),
                  ...(field === 'at' && { at: timeOf(seq + 1) }),
                  ...(field === 'hash' && { hash: 'f'.repeat(64) }),
                },
          );
          const report = verify(exportOf(TRAIL, entries), trail.published);
          expect(kinds(report)).toContain('altered');
        },
      ),
    );
  });

  it('finds entries that are missing', () => {
    fc.assert(
      fc.property(covered, fc.integer({ min: 1, max: 5 }), (one, count) => {
        const { trail, seq } = one;
        fc.pre(seq + count <= trail.entries.length);
        const entries = trail.entries.filter(
          entry => entry.seq < seq || entry.seq >= seq + count,
        );
        const report = verify(exportOf(TRAIL, entries), trail.published);
        expect(kinds(report)).toContain('missing');
      }),
    );
  });

  it('finds entries in another order', () => {
    fc.assert(
      fc.property(covered, fc.nat(), ({ trail, seq }, offset) => {
        const entries = [...trail.entries];
        const [moved] = entries.splice(seq - 1, 1);
        entries.splice(offset % trail.entries.length, 0, moved);
        fc.pre(isOther(trail.entries, entries));
        const report = verify(exportOf(TRAIL, entries), trail.published);
        expect(kinds(report)).toContain('reordered');
      }),
    );
  });

  it('finds a tail that was cut off, whatever the export says of its length', () => {
    fc.assert(
      fc.property(covered, ({ trail, seq }) => {
        const entries = trail.entries.slice(0, seq - 1);
        const report = verify(exportOf(TRAIL, entries), trail.published);
        expect(kinds(report)).toContain('truncated');
      }),
    );
  });

  it('finds a tail that was cut off, also where what was added since says that it is later than the export', () => {
    fc.assert(
      fc.property(covered, fc.nat(5), ({ trail, seq }, minutes) => {
        const kept = trail.entries.slice(0, seq - 1);
        const previous = kept.at(-1)?.hash ?? genesisHash(TRAIL);
        const added = {
          seq,
          at: timeOf(100_000 + minutes),
          record: '{"index":"added"}',
        };
        fc.pre(trail.published.every(head => head.seq !== seq));
        const report = verify(
          exportOf(TRAIL, [
            ...kept,
            { ...added, hash: entryHash(previous, added) },
          ]),
          trail.published,
        );
        expect(kinds(report)).toContain('truncated');
      }),
    );
  });

  it('finds a trail that was chained anew, in one piece and without a gap', () => {
    fc.assert(
      fc.property(
        covered,
        fc.constantFrom('change', 'drop', 'insert'),
        ({ trail, seq }, how) => {
          const records = [...trail.records];
          records.splice(
            seq - 1,
            how === 'insert' ? 0 : 1,
            ...(how === 'drop' ? [] : ['{"index":"other"}']),
          );
          const report = verify(
            exportOf(TRAIL, chain(TRAIL, records)),
            trail.published,
          );
          expect(
            report.problems.filter(
              ({ kind }) => kind === 'rebuilt' || kind === 'truncated',
            ),
          ).not.toEqual([]);
          expect(kinds(report)).not.toContain('altered');
        },
      ),
    );
  });

  it('finds a trail that was begun anew under another id', () => {
    const entries = chain(TRAIL, ['{}', '{}']);
    const other = chain('another', ['{}', '{}']);
    const published = [
      ...publish(TRAIL, entries, [2], signer),
      ...publish('another', other, [2], signer),
    ];
    expect(kinds(verify(exportOf('another', other), published))).toEqual([
      'rebuilt',
    ]);
  });

  it('takes away unnoticed only what no head covers', () => {
    const entries = chain(TRAIL, ['{"a":1}', '{"a":2}', '{"a":3}']);
    const published = publish(TRAIL, entries, [2], signer);
    const cut = verify(exportOf(TRAIL, entries.slice(0, 2)), published);
    expect(cut.problems).toEqual([]);
    expect(verify(exportOf(TRAIL, entries), published).unproven).toBe(1);
  });

  it('believes no head that none of the keys has signed', () => {
    const entries = chain(TRAIL, ['{}', '{}']);
    for (const published of [
      publish(TRAIL, entries, [2], stranger),
      publish(TRAIL, entries, [2]),
      publish(TRAIL, entries, [2], signer).map(head => ({
        ...head,
        at: timeOf(3),
      })),
    ]) {
      expect(kinds(verify(exportOf(TRAIL, entries), published))).toEqual([
        'forged',
        'unproven',
      ]);
    }
    // Without keys it believes whoever has kept them.
    const unsigned = publish(TRAIL, entries, [2]);
    const verifier = TrailVerifier.create({ published: unsigned });
    exportOf(TRAIL, entries).forEach(line => verifier.add(line));
    expect(verifier.finish().problems).toEqual([]);
  });

  it('takes statements inside an export that none of the keys has signed for nothing, and says so', () => {
    fc.assert(
      fc.property(
        trails,
        fc.array(
          fc.record({
            by: fc.constantFrom(undefined, stranger, signer),
            seq: fc.nat(30),
            hash: fc.option(fc.constant('f'.repeat(64))),
            kind: fc.constantFrom('head' as const, 'segment' as const),
            trail: fc.constantFrom(TRAIL, 'another'),
          }),
          { minLength: 1, maxLength: 5 },
        ),
        ({ entries, published, newest }, others) => {
          const lines = others.map(({ by, hash, seq, kind, trail }) => ({
            ...signStatement(
              {
                v: 1,
                kind,
                trail,
                firstSeq: 1,
                seq,
                hash: hash ?? entries[seq - 1]?.hash ?? '',
                at: timeOf(seq),
              } as SignedStatement,
              by,
            ),
            // Whoever it is copied from.
            ...(by === signer && { at: timeOf(seq + 1) }),
          }));
          const [header, ...rest] = exportOf(TRAIL, entries);
          const report = verify(
            [header, ...lines.map(each => JSON.stringify(each)), ...rest],
            published,
          );
          expect(report).toMatchObject({
            problems: [],
            remarks: [
              expect.stringMatching(
                new RegExp(`^${lines.length} statements .* none of the keys`),
              ),
            ],
            provenTo: newest,
          });
        },
      ),
    );
  });

  it('says when nothing that was published speaks of the entries', () => {
    const entries = chain(TRAIL, ['{}', '{}']);
    expect(kinds(verify(exportOf(TRAIL, entries), []))).toEqual(['unproven']);
    expect(kinds(verify(exportOf(TRAIL, []), []))).toEqual(['unproven']);
  });

  it('finds an export that is cut off, and lines that are none of it', () => {
    const entries = chain(TRAIL, ['{}', '{}', '{}']);
    const published = publish(TRAIL, entries, [1], signer);
    const lines = exportOf(TRAIL, entries);
    expect(kinds(verify(lines.slice(0, -1), published))).toEqual(['truncated']);
    expect(kinds(verify(lines.slice(1), published))).toContain('unreadable');
    expect(kinds(verify([...lines, 'x'], published))).toEqual(['unreadable']);
  });

  describe('of a part of the trail', () => {
    const entries = chain(TRAIL, ['{}', '{}', '{}', '{}', '{}', '{}']);
    const header = (part: ExportedEntry[], from: number, to: number) => ({
      v: 1,
      kind: 'export',
      trail: TRAIL,
      from: timeOf(from),
      to: timeOf(to),
      exportedAt: timeOf(60),
      previousHash: entries[part[0].seq - 2].hash,
    });
    const period = (part: ExportedEntry[], from: number, to: number) => [
      JSON.stringify(header(part, from, to)),
      ...part.map(formatEntry),
      JSON.stringify({ v: 1, kind: 'end', entries: part.length }),
    ];
    const published = publish(TRAIL, entries, [6], signer);

    it('accepts it with the entry before it and the one after it', () => {
      const five = publish(TRAIL, entries, [5, 6], signer);
      const report = verify(period(entries.slice(1, 5), 3, 5), five);
      expect(report.problems).toEqual([]);
    });

    it('finds that its beginning or its end is missing', () => {
      const four = publish(TRAIL, entries, [4, 6], signer);
      expect(kinds(verify(period(entries.slice(3, 5), 3, 5), four))).toEqual([
        'missing',
      ]);
      expect(
        kinds(verify(period(entries.slice(1, 4), 3, 5), published)),
      ).toEqual(['truncated', 'unproven']);
    });
  });
});
