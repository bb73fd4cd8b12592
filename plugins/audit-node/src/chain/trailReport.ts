import type { ExportHeader } from './exportLines.ts';

/**
 * What can be wrong with a trail.
 *
 * - `altered`: an entry is not what it was when it was stored.
 * - `missing`: entries are gone from the middle or the beginning.
 * - `reordered`: entries stand in another order, or twice.
 * - `truncated`: entries are gone from the end, or the export is cut off.
 * - `rebuilt`: entries follow from each other, but are not those that were there when a head was published.
 * - `forged`: none of the keys has signed a statement that was kept outside.
 * - `unreadable`: a line is none of an export.
 * - `unproven`: nothing that was published speaks of these entries.
 *
 * @public
 */
export type TrailProblemKind =
  | 'altered'
  | 'missing'
  | 'reordered'
  | 'truncated'
  | 'rebuilt'
  | 'forged'
  | 'unreadable'
  | 'unproven';

/** @public */
export interface TrailProblem {
  kind: TrailProblemKind;
  message: string;
}

/**
 * What became of a verification.
 * @public
 */
export interface TrailReport {
  /** Empty when the trail is what it was. The first hundred are kept. */
  problems: TrailProblem[];
  /** What an auditor should know, and what is no proof of anything being wrong. */
  remarks: string[];
  header?: ExportHeader;
  entries: number;
  /** The newest entry that something published speaks for. */
  provenTo?: number;
  /** When that entry was stored. */
  provenUntil?: string;
  /** The first entry of the export: the proof begins with it, whatever period the export says it is of. */
  first?: { seq: number; at: string };
  /** Entries after it, which could be taken away without a trace by whoever owns the database. */
  unproven: number;
}
