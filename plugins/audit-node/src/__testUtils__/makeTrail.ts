import { entryHash, genesisHash } from '../chain/chain';
import type { ExportedEntry } from '../chain/exportLines';
import { formatEntry } from '../chain/exportLines';
import type { Signer } from '../chain/signing';
import { signStatement, type SignedStatement } from '../chain/statements';

/** A minute of the made-up trail, as the database writes times. */
export const timeOf = (minute: number) =>
  new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString().replace('Z', '000Z');

/** Chains records as the database does, one a minute. */
export function chain(
  trail: string,
  records: string[],
  start?: { seq: number; hash: string },
): ExportedEntry[] {
  let previous = start?.hash ?? genesisHash(trail);
  return records.map((record, index) => {
    const seq = (start?.seq ?? 0) + index + 1;
    const at = timeOf(seq);
    previous = entryHash(previous, { seq, at, record });
    return { seq, at, record, hash: previous };
  });
}

/** Publishes the head after some of the entries. */
export function publish(
  trail: string,
  entries: ExportedEntry[],
  seqs: number[],
  signer?: Signer,
): SignedStatement[] {
  return seqs.map(seq => {
    const { hash, at } = entries[seq - 1];
    return signStatement({ v: 1, kind: 'head', trail, seq, hash, at }, signer);
  });
}

/** Says that everything up to an entry is dropped, so many days after that was stored. */
export function drop(
  trail: string,
  entries: ExportedEntry[],
  seq: number,
  options: { days: number; signer?: Signer },
): SignedStatement {
  const { hash, at: until } = entries[seq - 1];
  const at = new Date(
    Date.parse(until) + options.days * 86_400_000,
  ).toISOString();
  return signStatement(
    { v: 1, kind: 'drop', trail, firstSeq: 1, seq, hash, until, at },
    options.signer,
  );
}

/** The lines of an export of everything. */
export function exportOf(trail: string, entries: ExportedEntry[]): string[] {
  const to = timeOf(100_000);
  return [
    JSON.stringify({
      v: 1,
      kind: 'export',
      trail,
      from: timeOf(0),
      to,
      exportedAt: to,
      previousHash: genesisHash(trail),
    }),
    ...entries.map(formatEntry),
    JSON.stringify({ v: 1, kind: 'end', entries: entries.length }),
  ];
}
