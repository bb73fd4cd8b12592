/**
 * The first line of an export.
 * @public
 */
export interface ExportHeader {
  v: 1;
  kind: 'export';
  /** Id of the trail. */
  trail: string;
  /** The period, ISO 8601 in UTC with microseconds: entries stored at `from` or later and before `to`. */
  from: string;
  to: string;
  /** When it was exported: entries that were stored later cannot be in it. */
  exportedAt: string;
  /** The hash before the first entry of the file. */
  previousHash: string;
}

/**
 * An entry as it is exported.
 * @public
 */
export interface ExportedEntry {
  seq: number;
  at: string;
  hash: string;
  /** The very text that is stored. */
  record: string;
}

/** The last line of an export: without it something is missing at the end. */
export interface ExportEnd {
  v: 1;
  kind: 'end';
  entries: number;
}

/** Writes an entry so that each tool can read it as JSON, and the record's text stays as it is. */
export function formatEntry({ seq, at, hash, record }: ExportedEntry): string {
  const before = JSON.stringify({ kind: 'event', seq, at, hash });
  return `${before.slice(0, -1)},"record":${record}}`;
}

const ENTRY =
  /^\{"kind":"event","seq":(\d{1,15}),"at":"([^"\\]*)","hash":"([^"\\]*)","record":(.*)\}$/s;

/** Reads a line that {@link formatEntry} has written; nothing for any other. */
export function parseEntry(line: string): ExportedEntry | undefined {
  const found = ENTRY.exec(line);
  return found
    ? {
        seq: Number(found[1]),
        at: found[2],
        hash: found[3],
        record: found[4],
      }
    : undefined;
}
