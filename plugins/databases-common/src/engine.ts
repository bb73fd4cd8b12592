import { z } from 'zod';

/**
 * The engines a database can be of. Which of them can be ordered is decided by
 * the providers that are configured.
 * @public
 */
export const databaseEngines = [
  'postgres',
  'mysql',
  'mongodb',
  'redis',
] as const;

/** @public */
export const databaseEngineSchema = z.enum(databaseEngines);

/** @public */
export type DatabaseEngine = z.infer<typeof databaseEngineSchema>;

/**
 * How each engine is written for people.
 * @public
 */
export const databaseEngineTitles: Readonly<Record<DatabaseEngine, string>> = {
  postgres: 'Postgres',
  mysql: 'MySQL',
  mongodb: 'MongoDB',
  redis: 'Redis',
};

/**
 * The sizes in rising order. What a size means is configuration: see
 * {@link DatabaseSizeLimits}.
 * @public
 */
export const databaseSizes = ['small', 'medium', 'large', 'xlarge'] as const;

/** @public */
export const databaseSizeSchema = z.enum(databaseSizes);

/** @public */
export type DatabaseSize = z.infer<typeof databaseSizeSchema>;

/** @public */
export const moneySchema = z.object({
  /** In whole and fractional units of the currency, e.g. 41.5. */
  amount: z.number().min(0),
  /** ISO 4217, e.g. `EUR`. */
  currency: z.string().regex(/^[A-Z]{3}$/),
});

/**
 * A price with its currency.
 * @public
 */
export type Money = z.infer<typeof moneySchema>;

/** @public */
export const databaseSizeLimitsSchema = z.object({
  /** Storage in GiB (2^30 bytes). */
  storageGiB: z.number().positive(),
  /** Sessions at the same time. */
  connectionLimit: z.number().int().positive(),
  /** The longest time one statement may take, in seconds; 0 for no limit. */
  statementTimeoutSeconds: z.number().int().min(0),
});

/**
 * What a size stands for.
 * @public
 */
export type DatabaseSizeLimits = z.infer<typeof databaseSizeLimitsSchema>;
