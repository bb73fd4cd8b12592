import type { JsonObject } from '@backstage/types';

/** What a task can make outside the portal. */
export type ThingKind = 'repository' | 'database' | 'location';

/** Something that a task made, or is about to make. */
export interface Thing {
  /** Also the marker on the thing itself, and the idempotency key of its order. */
  id: string;
  taskId: string;
  kind: ThingKind;
  /** Names the thing among its kind, e.g. `host/owner/name`. */
  ref: string;
  title: string;
  url?: string;
  /** `intended` is written before the call to the outside, `made` after it. */
  state: 'intended' | 'made' | 'removed';
  /** Entity ref of the person whose task it is. */
  createdBy: string;
  /** Never a secret. */
  details: JsonObject;
}

/** What has to be known before a thing is made. */
export type ThingIntention = Pick<
  Thing,
  'taskId' | 'kind' | 'ref' | 'title' | 'createdBy'
>;

/**
 * Remembers what tasks make, from before they make it until it is removed.
 */
export interface ThingStore {
  /** The live record of a thing, whichever task it belongs to. */
  find(kind: ThingKind, ref: string): Promise<Thing | undefined>;
  /** The newest record of a thing that was removed. */
  findRemoved(kind: ThingKind, ref: string): Promise<Thing | undefined>;
  /** @throws ConflictError when there is a live record of this thing. */
  intend(intention: ThingIntention): Promise<Thing>;
  confirm(
    id: string,
    made: { url?: string; details: JsonObject },
  ): Promise<void>;
  /** Gives a thing to another task, if it still belongs to the first. One that was removed counts as made again. */
  handOver(thing: Thing, taskId: string): Promise<Thing>;
  /** Forgets an intention from which nothing came. */
  forget(id: string): Promise<void>;
  /** Notes that the thing no longer exists. */
  setRemoved(id: string): Promise<void>;
  /** Everything of a task, in the order in which it was made. */
  list(taskId: string): Promise<Thing[]>;
  /** Everything of some tasks, at most 50, in the order in which it was made. */
  listOf(taskIds: readonly string[]): Promise<Thing[]>;
}
