import { z } from 'zod';

/** @public */
export const databaseConsumerSchema = z.object({
  /** What the client calls itself; anybody may say anything. */
  application: z.string(),
  address: z.string(),
  /** Open when it was last looked at, with the former login. */
  sessions: z.number().int(),
  lastSeenAt: z.string(),
});

/**
 * Who was seen with a login of an application.
 * @public
 */
export type DatabaseConsumer = z.infer<typeof databaseConsumerSchema>;

/** @public */
export const formerLoginSchema = z.object({
  /** When another one was handed over. */
  replacedAt: z.string(),
  /** Until then it certainly works, and can be given back. */
  undoUntil: z.string(),
  /** Whether the server tells who uses it. When not, it is turned off after a fixed time. */
  isObserved: z.boolean(),
  /** Clients that were seen with it, and how many of them are with the new one. */
  consumers: z.object({ moved: z.number().int(), total: z.number().int() }),
  /** Those that have not moved; left out for who may not decide about it. */
  waiting: z.array(databaseConsumerSchema).optional(),
  /** What is waited for, in sentences; empty when it is about to be turned off. */
  waitsFor: z.array(z.string()),
});

/**
 * A login that was in use before and still works.
 * @public
 */
export type FormerLogin = z.infer<typeof formerLoginSchema>;

/** @public */
export const databaseRotationSchema = z.object({
  /** Since when the login in use is. */
  since: z.string(),
  /** When it will be replaced by itself; left out where that is not configured. */
  nextDueAt: z.string().optional(),
  former: formerLoginSchema.optional(),
});

/**
 * How it stands with the logins of an application. All times are ISO 8601 in UTC.
 * @public
 */
export type DatabaseRotation = z.infer<typeof databaseRotationSchema>;
