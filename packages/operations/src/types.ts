import type { JsonObject } from '@backstage/types';

/**
 * The states of an operation. `succeeded`, `failed` and `cancelled` are terminal: the database
 * refuses every later change of such a row. `waiting` has a `wakeAt` or a `pausedScope`;
 * `uncertain` waits for a person.
 *
 * @public
 */
export type OperationState =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'uncertain'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/**
 * How an operation ends.
 *
 * @public
 */
export type OperationOutcome = 'succeeded' | 'failed' | 'cancelled';

/**
 * Something that is true of a resource beside its state, for example "degraded".
 *
 * @public
 */
export interface Condition {
  type: string;
  message: string;
  /** ISO 8601, by the database's clock. */
  since: string;
}

/**
 * The thing that operations work on. Its state goes round; its version grows by one with every
 * change of state or conditions, so that (state, version) can be compared and set.
 *
 * @public
 */
export interface Resource {
  id: string;
  kind: string;
  state: string;
  version: number;
  conditions: Condition[];
  createdAt: Date;
  updatedAt: Date;
}

/**
 * What went wrong last. The message is written for people and never holds a secret.
 *
 * @public
 */
export interface OperationError {
  kind: 'retryable' | 'terminal' | 'ambiguous';
  message: string;
  stepId?: string;
}

/**
 * Why what an operation did is being taken back.
 *
 * @public
 */
export interface OperationFailing extends OperationError {
  /** Somebody called it off, so that it ends as cancelled. */
  calledOff?: boolean;
}

/**
 * One step of an operation as it is recorded.
 *
 * @public
 */
export interface StepRecord {
  id: string;
  title: string;
  state: 'pending' | 'running' | 'succeeded' | 'failed';
  /** How many times a worker began it. */
  attempt: number;
  /** How many of those attempts are known to have done nothing outside. */
  idleAttempts: number;
  /** External names that were stored before the outside was called, by label. */
  intents: Record<string, string>;
  /** What it handed to the steps after it. Never a secret. */
  output?: JsonObject;
  startedAt?: Date;
  finishedAt?: Date;
}

/**
 * A piece of work that runs once and ends.
 *
 * @public
 */
export interface Operation {
  id: string;
  type: string;
  title: string;
  resourceId: string;
  state: OperationState;
  input: JsonObject;
  steps: StepRecord[];
  /** The step that runs or comes next; missing once all are done. */
  currentStep?: string;
  error?: OperationError;
  /** What it will fail with, while what it did is taken back. */
  failing?: OperationFailing;
  /**
   * How it can be called off now: at once, because nothing was or may have been done, or after
   * what was done has been taken back. Missing when it cannot be called off, or has been.
   */
  cancel?: 'at-once' | 'after-undo';
  /** Somebody called it off, and it has not ended yet. */
  calledOff?: boolean;
  /** Entity reference of the person or service that asked for it. */
  actor: string;
  /** The switch that holds it up, while it waits for one. */
  pausedScope?: string;
  /** When a waiting operation goes on by itself. */
  wakeAt?: Date;
  createdAt: Date;
  updatedAt: Date;
  finishedAt?: Date;
}

/**
 * An entry of a resource's timeline. Append-only: the database refuses to change or remove one.
 *
 * @public
 */
export interface ResourceEvent {
  id: string;
  resourceId: string;
  resourceKind: string;
  operationId?: string;
  /** For example `state.changed`, `step.succeeded`, `operation.failed`, or a type of the plugin's own. */
  type: string;
  /** Never a secret. */
  data: JsonObject;
  actor?: string;
  createdAt: Date;
}

/**
 * A row of the outbox. Positions have no gaps, are given in commit order for each resource, and
 * a row never appears behind a position that a consumer has already read.
 *
 * @public
 */
export interface OutboxRow {
  position: number;
  event: ResourceEvent;
}

/**
 * A durable reader of the outbox.
 *
 * @public
 */
export interface Consumer {
  id: string;
  /** Rows that it has not acknowledged, of those that have a position. */
  behind: number;
  /** When it acknowledged last, or registered. */
  updatedAt: Date;
}

/**
 * Sent after commit, for live pages. At most once: truth is in the tables.
 *
 * @public
 */
export interface OperationHint {
  kind: string;
  resourceId: string;
  operationId?: string;
  type: string;
}

/**
 * What is written when an operation is accepted.
 *
 * @public
 */
export interface StartOperationOptions {
  /** Generated when missing. */
  id?: string;
  type: string;
  resourceId: string;
  /** Never a secret. */
  input: JsonObject;
  /** Entity reference. */
  actor: string;
  /** Compare-and-set: refuse when the resource changed since it was read. */
  expectedVersion?: number;
}

/**
 * A switch that holds up new side effects.
 *
 * @public
 */
export interface Pause {
  scope: string;
  reason: string;
  actor: string;
  createdAt: Date;
}
