import { z } from 'zod';

/**
 * The topic of the events service that carries hints about databases.
 * @public
 */
export const DATABASES_EVENTS_TOPIC = 'slipway.databases';

/**
 * The topic of the events service that carries each transition of a database as a CloudEvent 1.0. A hint: it may be lost.
 * @public
 */
export const DATABASES_CLOUD_EVENTS_TOPIC = 'slipway.databases.cloudevents';

/**
 * The signals channel of all databases. A message says that something changed,
 * not what: the page asks again with its own rights.
 * @public
 */
export const DATABASES_SIGNALS_CHANNEL = 'databases';

/**
 * The signals channel of one database.
 * @public
 */
export function databaseSignalsChannel(databaseId: string): string {
  return `databases:${databaseId}`;
}

/** @public */
export const databaseSignalSchema = z.object({
  databaseId: z.string(),
  state: z.string().optional(),
});

/**
 * A hint that a database changed.
 * @public
 */
export type DatabaseSignal = z.infer<typeof databaseSignalSchema>;

/** @public */
export const databaseEventSchema = z.object({
  id: z.string(),
  /** What happened, e.g. `state.changed` or `step.succeeded`. */
  type: z.string(),
  /** A sentence for the timeline. */
  message: z.string(),
  /** Entity ref of the person, or absent for the platform itself. */
  actor: z.string().optional(),
  operationId: z.string().optional(),
  createdAt: z.string(),
});

/**
 * One entry of a database's timeline. Events are never changed.
 * @public
 */
export type DatabaseEvent = z.infer<typeof databaseEventSchema>;
