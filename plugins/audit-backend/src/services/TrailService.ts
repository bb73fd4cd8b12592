import {
  type AuditEntry,
  auditEntrySchema,
  type AuditEventsPage,
  type AuditEventsQuery,
  type AuditState,
} from '@slipway/plugin-audit-common';
import {
  type ExportHeader,
  formatEntry,
  type SignedStatement,
} from '@slipway/plugin-audit-node';
import type { Knex } from 'knex';
import type { AuditConfig } from '../config';
import { readHeads, readNewestHead } from '../database/heads';
import { hasOwnDefinitions } from '../database/hasOwnDefinitions';
import { isDatabaseOwned } from '../database/isDatabaseOwned';
import { isSeparatelyOwned } from '../database/isSeparatelyOwned';
import { type EventRow, readEvents } from '../database/readEvents';
import {
  findRange,
  readEntries,
  readHash,
  type Range,
} from '../database/readRange';
import { readTrail } from '../database/readTrail';
import { readClosing, readDrops } from '../database/segments';
import { createOwnHeads } from './createOwnHeads';
import type { PublishedPast } from './PublishedPast';
import type { Publishers } from './Publishers';

const PAGE_SIZE = 50;
const EXPORT_BATCH = 500;
/** Heads that an export carries; the newest. Each covers everything before it. */
const EXPORT_HEADS = 1_000;

/** Answers auditors. Nothing here writes. */
export class TrailService {
  readonly #knex: Knex;
  readonly #publishers: Publishers;
  readonly #config: AuditConfig;
  readonly #past: PublishedPast;

  static create(options: {
    knex: Knex;
    publishers: Publishers;
    config: AuditConfig;
    past: PublishedPast;
  }): TrailService {
    return new TrailService(options);
  }

  private constructor(options: {
    knex: Knex;
    publishers: Publishers;
    config: AuditConfig;
    past: PublishedPast;
  }) {
    this.#knex = options.knex;
    this.#publishers = options.publishers;
    this.#config = options.config;
    this.#past = options.past;
  }

  async list(query: AuditEventsQuery): Promise<AuditEventsPage> {
    const limit = query.limit ?? PAGE_SIZE;
    const rows = await readEvents(this.#knex, { ...query, limit: limit + 1 });
    const items = rows.slice(0, limit).map(toEntry);
    return {
      items,
      ...(rows.length > limit && { nextCursor: items[limit - 1].seq }),
    };
  }

  async state(): Promise<AuditState> {
    // First: what is published meanwhile is of what is read after it.
    const differs = await this.#past.compare();
    const [trail, kept, owner, upgraded, [oldest]] = await Promise.all([
      readTrail(this.#knex),
      readNewestHead(this.#knex, createOwnHeads(this.#config.signer)),
      this.#readOwner(),
      hasOwnDefinitions(this.#knex),
      this.#readFirst(0),
    ]);
    const { newest, damaged } = kept;
    const uncovered = trail.headSeq - (newest?.seq ?? 0);
    const [first] =
      uncovered > 0 ? await this.#readFirst(newest?.seq ?? 0) : [];
    const { signer, retentionDays } = this.#config;
    // What the database refuses is not dropped, whatever the configuration says.
    const isDropped =
      retentionDays !== undefined &&
      trail.minimumDays !== undefined &&
      retentionDays >= trail.minimumDays;
    return {
      trail: trail.id,
      head: {
        seq: String(trail.headSeq),
        hash: trail.headHash,
        at: trail.headAt,
      },
      oldest,
      published: newest && {
        seq: String(newest.seq),
        at: newest.at,
        key: newest.key,
      },
      uncovered,
      ...(first && { uncoveredSince: first.at }),
      publishers: this.#publishers.ids(),
      damagedHeads: damaged.length,
      ...(differs && { differs }),
      owner,
      functions: upgraded ? 'current' : 'outdated',
      publicKey: signer?.publicKey,
      ...(retentionDays !== undefined &&
        (isDropped
          ? { retentionDays }
          : { refusedRetentionDays: retentionDays })),
    };
  }

  /**
   * The lines of an export, see `TrailVerifier`.
   *
   * @param period - ISO 8601; an end in the future means now
   */
  async *export(period: { from: string; to: string }): AsyncGenerator<string> {
    const { id, now } = await readTrail(this.#knex);
    const from = withMicroseconds(period.from);
    const to = [withMicroseconds(period.to), now].sort()[0];
    const { first, last } = await findRange(this.#knex, { from, to });
    const closing =
      first === undefined
        ? undefined
        : await readClosing(this.#knex, first - 1);
    const header: ExportHeader = {
      v: 1,
      kind: 'export',
      trail: id,
      from,
      to,
      exportedAt: now,
      previousHash:
        (first !== undefined && (await readHash(this.#knex, first - 1))) ||
        closing?.hash ||
        '',
    };
    yield JSON.stringify(header);
    for (const statement of await this.#statements({ first, last }, closing)) {
      yield JSON.stringify(statement);
    }
    let entries = 0;
    if (first !== undefined && last !== undefined) {
      const range = { first, last, batch: EXPORT_BATCH };
      for await (const entry of readEntries(this.#knex, range)) {
        entries += 1;
        yield formatEntry(entry);
      }
    }
    yield JSON.stringify({ v: 1, kind: 'end', entries });
  }

  async #statements(
    { first, last }: Range,
    closing: SignedStatement | undefined,
  ): Promise<object[]> {
    const { heads, damaged } =
      first === undefined || last === undefined
        ? { heads: [], damaged: [] }
        : await readHeads(this.#knex, {
            from: first,
            to: last,
            limit: EXPORT_HEADS,
          });
    // All of them: each begins where the one before it ends.
    const drops = await readDrops(this.#knex);
    const { damaged: newest } = await readNewestHead(this.#knex, () => true);
    // Whoever verifies is told of them: this is no line of an export.
    const found = new Map(
      [...damaged, ...newest].map(each => [JSON.stringify(each), each]),
    );
    return [
      ...(closing ? [closing] : []),
      ...drops,
      ...heads,
      ...[...found.values()].map(each => ({ kind: 'damaged', ...each })),
    ];
  }

  async #readOwner(): Promise<AuditState['owner']> {
    if (!(await isSeparatelyOwned(this.#knex))) {
      return 'portal';
    }
    return (await isDatabaseOwned(this.#knex)) ? 'tables' : 'separate';
  }

  /** The first entry after one, which may not be there itself. */
  #readFirst(after: number): Promise<{ seq: string; at: string }[]> {
    return this.#knex('slipway_audit.events')
      .where('seq', '>', after)
      .select('seq')
      .select(this.#knex.raw('slipway_audit.format_time(at) AS at'))
      .orderBy('seq')
      .limit(1);
  }
}

/** Whoever has the portal's password can have the database append any JSON with an id: what is no record is said to be none. */
function toEntry({ seq, at, hash, record }: EventRow): AuditEntry {
  const { v, ...rest } = JSON.parse(record);
  // Last: a record that somebody wrote by hand does not say where in the trail it is.
  return auditEntrySchema.parse({ ...rest, seq, at, hash });
}

/** As the database writes times, so that texts can be compared. */
function withMicroseconds(time: string): string {
  return new Date(time).toISOString().replace('Z', '000Z');
}
