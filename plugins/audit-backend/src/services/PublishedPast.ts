import type { LoggerService } from '@backstage/backend-plugin-api';
import { metrics } from '@opentelemetry/api';
import type { AuditState } from '@slipway/plugin-audit-common';
import type { SignedStatement, Signer } from '@slipway/plugin-audit-node';
import type { Knex } from 'knex';
import { findContradiction } from '../database/findContradiction';
import { createOwnHeads } from './createOwnHeads';
import type { Publishers } from './Publishers';

/** How what is stored is not what the portal has published. */
export type Difference = NonNullable<AuditState['differs']>;

/**
 * Compares the trail in the database with what the portal has published of it, where that can be read back.
 *
 * @remarks
 *
 * Whoever owns the database can put another trail in the place of this one, whose hashes fit each other. What they cannot change is
 * what was published. What was found stays found, though newer heads are published that fit, until what contradicts is taken away
 * from where it was published.
 */
export class PublishedPast {
  readonly #options: {
    knex: Knex;
    logger: LoggerService;
    publishers: Publishers;
    signer?: Signer;
  };
  readonly #positions = new Map<string, string>();
  /** The newest head that was read from each place: while the portal runs, the trail is held to it. */
  readonly #newest = new Map<string, SignedStatement>();
  readonly #found = new Map<string, Difference>();
  #running?: Promise<void>;

  static create(options: {
    knex: Knex;
    logger: LoggerService;
    publishers: Publishers;
    signer?: Signer;
  }): PublishedPast {
    return new PublishedPast(options);
  }

  private constructor(options: {
    knex: Knex;
    logger: LoggerService;
    publishers: Publishers;
    signer?: Signer;
  }) {
    this.#options = options;
    metrics
      .getMeter('slipway-audit')
      .createObservableGauge('slipway.audit.differs', {
        description:
          'Places where something of the audit trail was published that the database contradicts',
      })
      .addCallback(result => result.observe(this.#found.size));
  }

  /** Reads what was published since the last time. Nothing when all that can be read fits. */
  async compare(): Promise<Difference | undefined> {
    this.#running ??= this.#read().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
    return [...this.#found.values()][0];
  }

  async #read(): Promise<void> {
    const { logger, publishers } = this.#options;
    for (const publisher of publishers.readable()) {
      try {
        await this.#readFrom(publisher);
      } catch (error) {
        logger.error(
          `What was published to '${publisher.id}' could not be compared with the audit trail: ${error}`,
        );
      }
    }
  }

  async #readFrom(
    publisher: ReturnType<Publishers['readable']>[number],
  ): Promise<void> {
    const { knex, signer } = this.#options;
    const { id } = publisher;
    const isOwn = createOwnHeads(signer);
    for (let isMore = true; isMore;) {
      const part = await publisher.read(this.#positions.get(id));
      if (part.isAnew) {
        this.#found.delete(id);
        this.#newest.delete(id);
      }
      if (!this.#found.has(id)) {
        const known = this.#newest.get(id);
        const found = await findContradiction(
          knex,
          [...(known ? [known] : []), ...part.statements],
          isOwn,
        );
        if (found) {
          const { kind, statement, trail } = found;
          this.#found.set(id, {
            kind,
            publisher: id,
            storedTrail: trail,
            trail: statement.trail,
            seq: String(statement.seq),
            at: statement.at,
          });
        }
      }
      // Last: what could not be compared is read again.
      this.#positions.set(id, part.position);
      const newest = part.statements.findLast(
        each => each.kind === 'head' && isOwn(each),
      );
      if (newest) {
        this.#newest.set(id, newest);
      }
      isMore = part.isMore;
    }
  }
}
