import { z } from 'zod';

/**
 * The states of an operation. The last three are final.
 * @public
 */
export const databaseOperationStates = [
  'pending',
  'running',
  'waiting',
  'uncertain',
  'succeeded',
  'failed',
  'cancelled',
] as const;

/** @public */
export const databaseOperationStepSchema = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['pending', 'running', 'succeeded', 'failed']),
  /** How many times it was begun. */
  attempt: z.number().int().default(0),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
});

/**
 * One step of an operation, also while it is still to come.
 * @public
 */
export type DatabaseOperationStep = z.infer<typeof databaseOperationStepSchema>;

/** @public */
export const databaseOperationSchema = z.object({
  id: z.string(),
  databaseId: z.string(),
  /** What is done, e.g. `create`. */
  type: z.string(),
  title: z.string(),
  state: z.enum(databaseOperationStates),
  steps: z.array(databaseOperationStepSchema),
  /** What went wrong last and what is safe, for people. Holds no secret. */
  error: z
    .object({
      kind: z.enum(['retryable', 'terminal', 'ambiguous']),
      message: z.string(),
      stepId: z.string().optional(),
    })
    .optional(),
  /** Entity ref of whoever asked for it. */
  actor: z.string(),
  /** What holds it up, while it waits for that: which provider, and why, in the words of whoever paused it. */
  pause: z.object({ title: z.string(), reason: z.string() }).optional(),
  /**
   * How it can be called off now: at once, because the server has seen nothing of it, or after what
   * was made has been removed. Absent when it cannot be called off.
   */
  cancel: z.enum(['at-once', 'after-undo']).optional(),
  /** Somebody called it off, and it has not ended yet. */
  calledOff: z.boolean().optional(),
  /** When a waiting operation goes on by itself. */
  wakeAt: z.string().optional(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
});

/**
 * Work on a database. Runs once and ends.
 * @public
 */
export type DatabaseOperation = z.infer<typeof databaseOperationSchema>;
