import { entryHash, genesisHash } from './chain.ts';
import { checkDropped } from './checkDropped.ts';
import {
  type ExportedEntry,
  type ExportHeader,
  parseEntry,
} from './exportLines.ts';
import type { TrustedKeys } from './signing.ts';
import {
  isGenuine,
  parseStatement,
  type SignedStatement,
} from './statements.ts';
import type { TrailProblemKind, TrailReport } from './trailReport.ts';

const MAX_PROBLEMS = 100;
const DAY_MS = 86_400_000;

/**
 * Reads an export line by line and finds out whether it is what was stored.
 *
 * @public
 */
export class TrailVerifier {
  readonly #published: SignedStatement[];
  readonly #keys?: TrustedKeys;
  readonly #keptForDays?: number;
  readonly #period: { from?: string; to?: string };
  readonly #report: TrailReport = {
    problems: [],
    remarks: [],
    entries: 0,
    unproven: 0,
  };
  readonly #bySeq = new Map<number, SignedStatement[]>();
  readonly #own: SignedStatement[] = [];
  #gaps: { from: number; to: number }[] = [];
  #first?: ExportedEntry;
  #last?: ExportedEntry;
  #end?: { entries: number };
  #wasCompared = false;
  #droppedTo = 0;
  #disregarded = 0;
  #damaged = 0;

  /**
   * @param options - `published`: statements that were kept outside the database, in any order; `keys`: who may have signed
   *   them. Without keys they are believed, and those in the export are not; `keptForDays`: how long entries must be kept after
   *   their segment was closed, 90 days if nothing is said. When it is said, the export must reach as far back; `period`: what
   *   was asked for, as the export writes times. The first line of an export says it too, and nobody has signed that line.
   */
  static create(options: {
    published: SignedStatement[];
    keys?: TrustedKeys;
    keptForDays?: number;
    period?: { from?: string; to?: string };
  }): TrailVerifier {
    return new TrailVerifier(options);
  }

  private constructor(options: {
    published: SignedStatement[];
    keys?: TrustedKeys;
    keptForDays?: number;
    period?: { from?: string; to?: string };
  }) {
    this.#period = options.period ?? {};
    this.#keys = options.keys;
    this.#keptForDays = options.keptForDays;
    this.#published = options.published.filter(each => {
      const isBelieved = this.#isBelieved(each);
      if (!isBelieved) {
        this.#problem(
          'forged',
          `The ${each.kind} of entry ${each.seq} at ${each.at} was signed by none of the keys`,
        );
      }
      return isBelieved;
    });
    this.#published.forEach(each => this.#expect(each));
  }

  /** Takes the next line of an export. */
  add(line: string): void {
    const entry = parseEntry(line);
    if (entry) {
      this.#addEntry(entry);
      return;
    }
    const statement = parseStatement(line);
    if (statement) {
      // They stand before the entries. Who can write the database can write them: so only a signature makes them count, and
      // one without it says nothing, not even that something is wrong.
      if (this.#keys && this.#isBelieved(statement)) {
        this.#own.push(statement);
        this.#expect(statement);
      } else if (this.#keys) {
        this.#disregarded += 1;
      }
      return;
    }
    const other = parseObject(line);
    if (other?.kind === 'export' && other.v === 1 && !this.#report.header) {
      this.#report.header = other as unknown as ExportHeader;
    } else if (other?.kind === 'end' && !this.#end) {
      this.#end = { entries: Number(other.entries) };
    } else if (other?.kind === 'damaged') {
      this.#damaged += 1;
    } else if (line.trim() !== '') {
      this.#problem('unreadable', `This is no line of an export: ${line}`);
    }
  }

  /** Says what was found, after the last line. */
  finish(): TrailReport {
    const header = this.#report.header;
    if (!header) {
      this.#problem('unreadable', 'The first line of the export is missing');
      return this.#report;
    }
    for (const { from, to } of this.#gaps) {
      this.#problem('missing', `${range(from, to)} missing`);
    }
    if (this.#end?.entries !== this.#report.entries) {
      this.#problem(
        'truncated',
        'The export is cut off: its last line is missing, or says another number of entries',
      );
    }
    // Who moves an end of the period takes the entries before or after it along.
    const { from = header.from, to = header.to } = this.#period;
    const asked = {
      ...header,
      from: from < header.from ? from : header.from,
      to: to > header.to ? to : header.to,
    };
    this.#checkReach(asked);
    this.#checkBeginning(asked);
    this.#checkPublished(asked);
    this.#remark();
    this.#report.first = this.#first && {
      seq: this.#first.seq,
      at: this.#first.at,
    };
    const { provenTo, entries } = this.#report;
    if (!this.#wasCompared) {
      this.#problem(
        'unproven',
        entries > 0
          ? 'Nothing that was published speaks of these entries. Give the heads that were kept outside the database.'
          : 'The export holds no entries, and nothing that was published says that there were none.',
      );
    }
    this.#report.unproven = this.#last
      ? Math.min(entries, this.#last.seq - (provenTo ?? 0))
      : 0;
    return this.#report;
  }

  #remark(): void {
    const { remarks } = this.#report;
    if (this.#disregarded > 0) {
      remarks.push(
        `${this.#disregarded} statements inside the export were signed by none of the keys, and count for nothing: the portal had no key or another one, or somebody has stored them.`,
      );
    }
    if (this.#damaged > 0) {
      remarks.push(
        `${this.#damaged} of the heads that the database keeps are none that the portal has written: somebody has stored them.`,
      );
    }
  }

  #addEntry(entry: ExportedEntry): void {
    this.#report.entries += 1;
    this.#first ??= entry;
    const last = this.#last;
    if (last && entry.seq <= last.seq) {
      this.#problem(
        'reordered',
        `Entry ${entry.seq} stands after entry ${last.seq}`,
      );
      this.#closeGap(entry.seq);
      return;
    }
    const isNext = last ? entry.seq === last.seq + 1 : true;
    if (last && !isNext) {
      this.#gaps.push({ from: last.seq + 1, to: entry.seq - 1 });
    }
    // After a gap nothing says what came before.
    if (isNext && entryHash(this.#previousHash(entry), entry) !== entry.hash) {
      this.#problem(
        'altered',
        `Entry ${entry.seq}, or the one before it, is not what was stored: its hash does not fit`,
      );
    }
    this.#compare(entry);
    this.#last = entry;
  }

  #previousHash(entry: ExportedEntry): string {
    const { header } = this.#report;
    return entry.seq === 1
      ? genesisHash(header?.trail ?? '')
      : (this.#last?.hash ?? header?.previousHash ?? '');
  }

  #compare({ seq, at, hash }: ExportedEntry): void {
    for (const statement of this.#bySeq.get(seq) ?? []) {
      if (statement.trail !== this.#report.header?.trail) {
        continue;
      }
      this.#wasCompared = true;
      if (statement.hash === hash) {
        this.#report.provenTo = seq;
        this.#report.provenUntil = at;
      } else {
        this.#problem(
          'rebuilt',
          `Up to entry ${seq} the trail is not the one whose head was published at ${statement.at}`,
        );
      }
    }
  }

  /** That the export would show what is missing of the days that entries must be kept. */
  #checkReach(header: ExportHeader): void {
    const days = this.#keptForDays;
    if (days === undefined || this.#first?.seq === 1) {
      return;
    }
    const reach = Date.parse(header.exportedAt) - Date.parse(header.from);
    if (!(reach >= days * DAY_MS)) {
      this.#problem(
        'unproven',
        `The export does not reach back ${days} days: whether all entries of that time are kept cannot be seen. Export at least as many.`,
      );
    }
  }

  /** That nothing is missing before the first entry, or that it was dropped as published. */
  #checkBeginning({ trail, from, previousHash }: ExportHeader): void {
    const first = this.#first;
    if (first && (first.seq === 1 || first.at < from)) {
      return;
    }
    const statements = [...this.#published, ...this.#own];
    const gone = first
      ? { seq: first.seq - 1, hash: previousHash }
      : statements
          .filter(each => each.kind === 'drop' && each.trail === trail)
          .sort((a, b) => b.seq - a.seq)[0];
    if (!gone) {
      return;
    }
    const found = checkDropped(statements, {
      trail,
      seq: gone.seq,
      hash: gone.hash,
      keptForDays: this.#keptForDays,
    });
    if ('problem' in found) {
      this.#problem('missing', found.problem);
      return;
    }
    const { seq, at } = found.drop;
    this.#droppedTo = seq;
    this.#wasCompared ||= !first;
    this.#report.remarks.push(
      `Entries before ${seq + 1} were dropped at ${at}, as ${this.#keys ? 'signed' : 'published'}.`,
    );
  }

  /** That nothing is missing after the last entry, and that this is the trail that was published. */
  #checkPublished(header: ExportHeader): void {
    // Up to then the export says that it holds all: an entry after the period says so of the time before it, whatever time
    // whoever has added it gives for it.
    const isAtEnd = !this.#last || this.#last.at < header.to;
    const until = isAtEnd ? header.exportedAt : this.#last!.at;
    const lastSeq = this.#last?.seq ?? this.#droppedTo;
    const statements = [...this.#published, ...this.#own];
    const ahead = statements.filter(
      each =>
        each.trail === header.trail && each.seq > lastSeq && each.at < until,
    );
    if (ahead.length > 0) {
      const seq = Math.max(...ahead.map(each => each.seq));
      this.#problem(
        'truncated',
        isAtEnd
          ? `${range(lastSeq + 1, seq)} missing at the end: a head that was published knows of them`
          : `${range(lastSeq + 1, seq)} missing before ${until}, when entry ${lastSeq} says that it was stored: a head that was published knows of them. It was so too if the clock of the database was set back meanwhile`,
      );
    }
    const other = statements.find(
      each => each.trail !== header.trail && each.at >= header.from,
    );
    if (other) {
      this.#problem(
        'rebuilt',
        `This is the trail ${header.trail}, but at ${other.at} a head of the trail ${other.trail} was published`,
      );
    }
  }

  #isBelieved(statement: SignedStatement): boolean {
    return !this.#keys || isGenuine(statement, this.#keys);
  }

  #expect(statement: SignedStatement): void {
    const known = this.#bySeq.get(statement.seq) ?? [];
    // The export carries what was published outside once more.
    if (
      !known.some(
        each =>
          each.hash === statement.hash &&
          each.trail === statement.trail &&
          each.kind === statement.kind,
      )
    ) {
      this.#bySeq.set(statement.seq, [...known, statement]);
    }
  }

  #closeGap(seq: number): void {
    this.#gaps = this.#gaps.flatMap(({ from, to }) =>
      seq < from || seq > to
        ? [{ from, to }]
        : [
            { from, to: seq - 1 },
            { from: seq + 1, to },
          ].filter(gap => gap.from <= gap.to),
    );
  }

  #problem(kind: TrailProblemKind, message: string): void {
    if (this.#report.problems.length < MAX_PROBLEMS) {
      this.#report.problems.push({ kind, message });
    }
  }
}

function range(from: number, to: number): string {
  return from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
