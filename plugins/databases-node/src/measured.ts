/**
 * What a provider can tell of how a database is used.
 *
 * - `size`: the bytes that its data takes.
 * - `sessions`: those of applications and people that are open, without the platform's own.
 * - `cache-hits`: how often data was read from memory and how often not, of this database alone.
 * - `slow-queries`: see {@link SlowQueries}.
 *
 * @public
 */
export const toldMeasures = [
  'size',
  'sessions',
  'cache-hits',
  'slow-queries',
] as const;

/** @public */
export type ToldMeasure = (typeof toldMeasures)[number];

/**
 * How a database is used at one moment. What a provider does not tell is left out, and is never zero for that.
 * @public
 */
export interface MeasuredDatabase {
  sizeBytes?: number;
  sessions?: number;
  /** Counters that grow. When they are less than before, the server began to count anew. */
  cache?: { hits: number; misses: number };
}

/**
 * Statements that are the same but for their values.
 * @public
 */
export interface SlowQuery {
  /** The statement without any value that was in it; see {@link withoutLiterals}. */
  query: string;
  calls: number;
  /** In milliseconds. */
  meanMs: number;
  maxMs: number;
  totalMs: number;
}

/**
 * The statements that took longest on average, the slowest first, or why the server does not tell.
 * @public
 */
export type SlowQueries =
  | {
      told: true;
      /** Since when the server counts, where it says so. */
      since?: Date;
      queries: SlowQuery[];
    }
  | {
      told: false;
      /** A sentence for people: what is missing, and how an operator changes it. */
      why: string;
    };
