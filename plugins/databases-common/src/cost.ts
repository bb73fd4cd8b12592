import { z } from 'zod';
import { databaseSchema } from './database';
import { moneySchema } from './engine';

/**
 * What costs are added up by.
 * @public
 */
export const costGroupings = [
  'database',
  'owner',
  'system',
  'environment',
  'month',
] as const;

/** @public */
export type CostGrouping = (typeof costGroupings)[number];

/**
 * Months that one answer is about, at most.
 * @public
 */
export const COST_MONTHS_MAX = 24;

/**
 * Rows that go into one export, at most.
 * @public
 */
export const COST_EXPORT_MAX = 20_000;

/**
 * Which costs are meant. Months are those of UTC.
 * @public
 */
export interface CostQuery {
  /** `2026-01`, the first of the months. */
  from: string;
  /** The last of the months. */
  to: string;
  database?: string;
  owner?: string;
  environment?: string;
  /** The ref of a system, `several` or `none`. */
  system?: string;
  /** Only what has no price. */
  unpriced?: boolean;
}

/** @public */
export const costSumSchema = z.object({
  /** One for each currency; nothing is converted. */
  amounts: z.array(moneySchema),
  databases: z.number().int(),
  /** Databases that had no price in some of the time. Their cost is unknown, and in no amount. */
  withoutPrice: z.number().int(),
});

/** @public */
export const costsSchema = z.object({
  from: z.string(),
  to: z.string(),
  by: z.enum(costGroupings),
  /** The dearest first; months in their order. */
  items: z.array(
    costSumSchema.extend({
      /** An id, a ref, a name or a month: what a query narrows to. */
      key: z.string(),
      title: z.string(),
    }),
  ),
  /** How many more groups there are than are listed. */
  left: z.number().int(),
  total: costSumSchema,
});

/**
 * Costs that were added up.
 * @public
 */
export type Costs = z.infer<typeof costsSchema>;

/** @public */
export const costRowSchema = z.object({
  databaseId: z.string(),
  name: z.string(),
  environment: z.string(),
  /** The group that it belonged to then. */
  owner: z.string(),
  size: z.string(),
  month: z.string(),
  from: z.string(),
  to: z.string(),
  /** The price that was in force. Absent when there was none. */
  pricePerMonth: moneySchema.optional(),
  /** The price by the share of the month. Absent when there was no price. */
  cost: moneySchema.optional(),
  isDeleted: z.boolean(),
});

/**
 * One database in one size at one price for some time of a month.
 * @public
 */
export type CostRow = z.infer<typeof costRowSchema>;

/** @public */
export const costRowsSchema = z.object({
  items: z.array(costRowSchema),
  totalItems: z.number().int(),
});

/** @public */
export type CostRows = z.infer<typeof costRowsSchema>;

/** @public */
export const idleDatabasesSchema = z.object({
  /** Without a session for so long a database counts as idle. */
  days: z.number(),
  items: z.array(
    z.object({
      database: databaseSchema,
      /** When a session was last seen, or since when it is watched without one. */
      idleSince: z.string(),
    }),
  ),
});

/**
 * Databases that nobody uses, the longest idle first, at most 100.
 * @public
 */
export type IdleDatabases = z.infer<typeof idleDatabasesSchema>;
