import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import type { KeyRing, SealedRow } from './KeyRing';

/** Secrets that are locked at a time. */
const PORTION = 200;
/** A rest after each portion, so that orders go first. */
const REST_MS = 20;

/** How many secrets a key seals. */
export interface KeyUse {
  keyId: string;
  secrets: number;
  /** Whether it is in the configuration of this replica. */
  isConfigured: boolean;
}

/** What one pass came to. */
export interface ResealingResult {
  /** Moved to the key that seals. */
  resealed: number;
  /** Wrapped by a key that is configured, and do not open all the same. */
  damaged: number;
  /** Wrapped by keys that are not configured. */
  unopenable: number;
}

/**
 * Moves secrets to the key that seals, so that older keys can leave the configuration. Only data
 * keys are wrapped anew. Every portion is a transaction of its own: a killed pass goes on where it
 * was, several replicas share the work, and whoever reads meanwhile opens with the key that the
 * row names.
 */
export class Resealing {
  readonly #knex: Knex;
  readonly #keys: KeyRing;
  readonly #logger: LoggerService;
  #told = '';

  static create(options: {
    knex: Knex;
    keys: KeyRing;
    logger: LoggerService;
  }): Resealing {
    return new Resealing(options);
  }

  private constructor(options: {
    knex: Knex;
    keys: KeyRing;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#keys = options.keys;
    this.#logger = options.logger;
  }

  /** How many secrets each key seals; keys of the configuration are there with 0. */
  async uses(): Promise<KeyUse[]> {
    const rows = await this.#knex<SealedRow>('sealed_secrets')
      .select('key_id')
      .count<{ key_id: string; count: string }[]>({ count: '*' })
      .groupBy('key_id');
    const counts = new Map(rows.map(row => [row.key_id, Number(row.count)]));
    const { sealsWith, older } = this.#keys;
    return [...new Set([sealsWith, ...older, ...counts.keys()])].map(keyId => ({
      keyId,
      secrets: counts.get(keyId) ?? 0,
      isConfigured: this.#keys.has(keyId),
    }));
  }

  /** Whether there is anything that a pass could move. */
  async isNeeded(): Promise<boolean> {
    const row = await this.#knex<SealedRow>('sealed_secrets')
      .whereIn('key_id', this.#keys.older)
      .first('id');
    return row !== undefined;
  }

  /** One pass. Ends early, and without harm, when `signal` says so. */
  async run(signal?: AbortSignal): Promise<ResealingResult> {
    const result = { resealed: 0, damaged: 0, unopenable: 0 };
    for (const keyId of this.#keys.older) {
      let after = { id: '', revision: 0 };
      while (!signal?.aborted) {
        const portion = await this.#moveSome(keyId, after);
        result.resealed += portion.moved;
        result.damaged += portion.damaged;
        if (!portion.last) break;
        after = portion.last;
        await sleep(REST_MS);
      }
    }
    const uses = await this.uses();
    result.unopenable = uses
      .filter(use => !use.isConfigured)
      .reduce((sum, use) => sum + use.secrets, 0);
    this.#tell(result, uses);
    return result;
  }

  async #moveSome(keyId: string, after: { id: string; revision: number }) {
    return this.#knex.transaction(async trx => {
      const rows: Omit<SealedRow, 'sealed'>[] = await trx<SealedRow>(
        'sealed_secrets',
      )
        .select('id', 'revision', 'key_id', 'wrapped_key')
        .where({ key_id: keyId })
        .whereRaw('(id, revision) > (?, ?)', [after.id, after.revision])
        .orderBy(['id', 'revision'])
        .limit(PORTION)
        .forUpdate()
        .skipLocked(); // Another replica has those and moves them.
      const moved = rows.flatMap(row => {
        try {
          return [{ ...row, ...this.#keys.rewrap(row) }];
        } catch {
          return []; // Counted below; the rest must not wait for it.
        }
      });
      if (moved.length) {
        await trx.raw(
          `UPDATE sealed_secrets AS s SET key_id = ?, wrapped_key = v.wrapped_key
            FROM unnest(?::text[], ?::int[], ?::bytea[]) AS v (id, revision, wrapped_key)
            WHERE s.id = v.id AND s.revision = v.revision`,
          [
            this.#keys.sealsWith,
            moved.map(row => row.id),
            moved.map(row => row.revision),
            moved.map(row => row.wrapped_key),
          ],
        );
      }
      return {
        moved: moved.length,
        damaged: rows.length - moved.length,
        last: rows.at(-1),
      };
    });
  }

  #tell({ resealed, damaged, unopenable }: ResealingResult, uses: KeyUse[]) {
    const isOlder = (use: KeyUse) => this.#keys.older.includes(use.keyId);
    if (resealed) {
      const left = uses.filter(isOlder).filter(use => use.secrets > 0);
      this.#logger.info(
        `${resealed} secrets are sealed by the key '${this.#keys.sealsWith}' now. ${
          left.length
            ? `Still in use: ${left.map(use => `'${use.keyId}' by ${use.secrets}`).join(', ')}.`
            : 'No older key is in use; once all replicas seal with it, the others can leave the configuration.'
        }`,
      );
    }
    // Each pass finds the same again, until somebody mends it.
    const trouble = `${damaged}/${unopenable}`;
    if (trouble === this.#told) return;
    this.#told = trouble;
    if (unopenable) {
      this.#logger.error(
        `${unopenable} secrets are sealed with a key that is not configured. Put it back, or rotate the credentials of their databases.`,
      );
    }
    if (damaged) {
      this.#logger.error(
        `${damaged} secrets do not open with the key that they name. Rotate the credentials of their databases.`,
      );
    }
  }
}
