import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  type SignedStatement,
  type Signer,
  signStatement,
} from '@slipway/plugin-audit-node';
import type { Knex } from 'knex';
import { hasOwnDefinitions } from '../database/hasOwnDefinitions';
import { keepHead, readNewestHead } from '../database/heads';
import { readTrail, type Trail } from '../database/readTrail';
import {
  closeSegment,
  dropSegments,
  type DueSegment,
  readDroppedTo,
  readDrops,
  readDueSegments,
  readOpenSegment,
} from '../database/segments';
import { createOwnHeads } from './createOwnHeads';
import type { Publishers } from './Publishers';

/** While nothing happens a head is published this often, as a sign of life. */
const QUIET_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Publishes heads, closes segments and drops old ones. */
export class SealingService {
  readonly #knex: Knex;
  readonly #logger: LoggerService;
  readonly #publishers: Publishers;
  readonly #signer?: Signer;
  readonly #maxSegmentEntries: number;
  readonly #alarm: () => Promise<void>;

  static create(options: {
    knex: Knex;
    logger: LoggerService;
    publishers: Publishers;
    signer?: Signer;
    maxSegmentEntries: number;
    alarm: () => Promise<void>;
  }): SealingService {
    return new SealingService(options);
  }

  private constructor(options: {
    knex: Knex;
    logger: LoggerService;
    publishers: Publishers;
    signer?: Signer;
    maxSegmentEntries: number;
    alarm: () => Promise<void>;
  }) {
    this.#knex = options.knex;
    this.#logger = options.logger;
    this.#publishers = options.publishers;
    this.#signer = options.signer;
    this.#maxSegmentEntries = options.maxSegmentEntries;
    this.#alarm = options.alarm;
  }

  /** Publishes where the trail has come to, and closes the segment when it is time. To be called each minute. */
  async seal(): Promise<void> {
    // What follows is published all the same: it needs a proof no less, and takes nothing back that was published before.
    await this.#alarm();
    const trail = await readTrail(this.#knex);
    if (trail.headSeq === 0) {
      return;
    }
    // What another has signed, or nobody, does not keep this from being published.
    const { newest, damaged } = await readNewestHead(
      this.#knex,
      createOwnHeads(this.#signer),
    );
    if (damaged.length > 0) {
      this.#logger.error(
        `Somebody has changed the audit trail: ${damaged.length} rows of slipway_audit.heads are none that the portal has kept, the first for entry ${damaged[0].seq}. Export the trail and verify it`,
      );
    }
    const age = newest && Date.parse(trail.now) - Date.parse(newest.at);
    if (
      newest?.seq !== trail.headSeq ||
      age === undefined ||
      age < 0 ||
      age >= QUIET_MS
    ) {
      await this.#publishHead(trail);
    }
    await this.#closeSegment(trail);
  }

  /** Drops segments that were closed longer ago, once it is published that they are. */
  async drop(days: number): Promise<void> {
    const due = await readDueSegments(this.#knex, days);
    if (!due) {
      return;
    }
    if (!due.allowed) {
      this.#logger.error(
        `Nothing is dropped of the audit trail: audit.retention says ${days} days, but its owner keeps it for ${due.minimum ?? 'ever'}. Leave audit.retention out, or let an administrator run handover.sql with another retention, see docs/audit.md`,
      );
      return;
    }
    if (!(await hasOwnDefinitions(this.#knex))) {
      this.#logger.error(
        'Nothing is dropped of the audit trail: let an administrator run plugins/audit-backend/handover.sql first, see docs/audit.md',
      );
      return;
    }
    const { id, now } = await readTrail(this.#knex);
    const isOwn = createOwnHeads(this.#signer);
    if (!(await this.#hasDropped(due.firstSeq - 1, { trail: id, isOwn }))) {
      this.#logger.error(
        'Nothing is dropped of the audit trail: entries are gone from its beginning, and no statement of this portal says that it has dropped them. Verify the trail with the statements that were kept outside, see docs/audit.md',
      );
      return;
    }
    // What the database says of times is whoever writes it. All before a closing is older than that.
    const segment = due.segments.find(each =>
      isClosedBefore(each, {
        trail: id,
        time: Date.parse(now) - days * DAY_MS,
        isOwn,
      }),
    );
    if (!segment) {
      this.#logger.error(
        `Nothing is dropped of the audit trail: by the database segments are due, but none has a closing that this portal has signed more than ${days} days ago. They were closed with another key or without one, or somebody has changed them, see docs/audit.md`,
      );
      return;
    }
    const statement = signStatement(
      {
        v: 1,
        kind: 'drop',
        trail: id,
        firstSeq: due.firstSeq,
        seq: segment.lastSeq,
        hash: segment.lastHash,
        until: segment.until,
        at: now,
      },
      this.#signer,
    );
    // Outside first: what is gone without it looks as if somebody had taken it away.
    if (await this.#publishers.publish(statement, this.#logger)) {
      const dropped = await dropSegments(this.#knex, days, statement);
      this.#logger.info(
        `${dropped} segments of the audit trail were dropped: they were closed more than ${days} days ago`,
      );
    }
  }

  /** Whether it was this portal that has dropped what is gone from the beginning: all up to an entry, 0 when that is nothing. */
  async #hasDropped(
    seq: number,
    options: {
      trail: string;
      isOwn(statement: SignedStatement): boolean;
    },
  ): Promise<boolean> {
    const droppedTo = await readDroppedTo(this.#knex);
    const [newest] = await readDrops(this.#knex);
    return (
      droppedTo === seq &&
      (seq === 0 ||
        (newest?.kind === 'drop' &&
          newest.trail === options.trail &&
          newest.seq === seq &&
          options.isOwn(newest)))
    );
  }

  async #publishHead(trail: Trail): Promise<void> {
    const head = signStatement(
      {
        v: 1,
        kind: 'head',
        trail: trail.id,
        seq: trail.headSeq,
        hash: trail.headHash,
        at: trail.now,
      },
      this.#signer,
    );
    // Outside first: what is only inside proves nothing.
    if (await this.#publishers.publish(head, this.#logger)) {
      await keepHead(this.#knex, head);
    }
  }

  async #closeSegment(trail: Trail): Promise<void> {
    const { firstSeq, startedAt } = await readOpenSegment(this.#knex);
    const month = (time: string) => time.slice(0, 7);
    const isOver =
      startedAt !== undefined && month(startedAt) !== month(trail.now);
    const isFull = trail.headSeq - firstSeq + 1 >= this.#maxSegmentEntries;
    if (!isOver && !isFull) {
      return;
    }
    const closing: SignedStatement = signStatement(
      {
        v: 1,
        kind: 'segment',
        trail: trail.id,
        firstSeq,
        seq: trail.headSeq,
        hash: trail.headHash,
        at: trail.now,
      },
      this.#signer,
    );
    if (await this.#publishers.publish(closing, this.#logger)) {
      await closeSegment(this.#knex, closing);
    }
  }
}

/** Whether the portal itself has closed a segment as it is there now, before a time. */
function isClosedBefore(
  { closing, firstSeq, lastSeq, lastHash }: DueSegment,
  options: {
    trail: string;
    /** In milliseconds. */
    time: number;
    isOwn(statement: SignedStatement): boolean;
  },
): boolean {
  return (
    closing?.kind === 'segment' &&
    closing.trail === options.trail &&
    closing.firstSeq === firstSeq &&
    closing.seq === lastSeq &&
    closing.hash === lastHash &&
    Date.parse(closing.at) < options.time &&
    options.isOwn(closing)
  );
}
