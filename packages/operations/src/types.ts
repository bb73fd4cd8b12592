import type { LoggerService } from '@backstage/backend-plugin-api';
import type { JsonObject } from '@backstage/types';
import type { Knex } from 'knex';

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
  failing?: OperationError;
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
 * What a step knows when it runs.
 *
 * @public
 */
export interface StepContext<TInput extends JsonObject = JsonObject> {
  operationId: string;
  stepId: string;
  /** The resource as it was when the step began. */
  resource: Resource;
  input: TInput;
  actor: string;
  /** The same for every attempt of this step of this operation. */
  idempotencyKey: string;
  /** Grows with every lease on this resource. Hand it to whatever can refuse an older one. */
  fence: bigint;
  /** 1 for the first. */
  attempt: number;
  /** Aborted when the lease is lost or the process stops. */
  signal: AbortSignal;
  logger: LoggerService;
  /** Outputs of earlier steps by step id. */
  outputs: Record<string, JsonObject>;
  /** What earlier attempts intended, by label. */
  intents: Record<string, string>;
  /**
   * Stores the name of an external object before the outside is called, and returns the stored
   * one: the first name wins, so that a later version of the code finds what an earlier one made.
   * Throws when the work was paused or the lease was lost.
   */
  intend(label: string, externalName: string): Promise<string>;
  /** A transaction which first proves, and holds until it ends, that this worker's fence is the newest. */
  transact<T>(fn: (trx: Knex.Transaction) => Promise<T>): Promise<T>;
  /** Puts a sentence on the timeline. Never a secret. */
  report(message: string, data?: JsonObject): Promise<void>;
}

/**
 * What looking at the outside shows: the step's effect is there, is not there, or cannot be told.
 *
 * @public
 */
export type Observation =
  | { status: 'done'; output?: JsonObject }
  | { status: 'absent' }
  | { status: 'unknown'; reason: string };

/**
 * How failed attempts of a step are repeated: exponential backoff with full jitter.
 *
 * @public
 */
export interface RetryPolicy {
  /** Attempts in all; default 8. */
  maxAttempts?: number;
  /** Milliseconds; default 1,000. */
  baseDelayMs?: number;
  /** Milliseconds; default 60,000. */
  maxDelayMs?: number;
}

/**
 * One step. `run` may be called again after a crash at any line, so it must be safe to repeat.
 *
 * @public
 */
export interface OperationStep<TInput extends JsonObject = JsonObject> {
  /** Stable across versions: kebab-case, unique in its operation. */
  id: string;
  title: string;
  /** The state that the resource enters when this step begins. */
  enters?: string;
  run(context: StepContext<TInput>): Promise<JsonObject | void>;
  /**
   * Looks whether the effect is already there. Called before `run` whenever an earlier attempt
   * may have reached the outside, and after an ambiguous error.
   */
  observe?(context: StepContext<TInput>): Promise<Observation>;
  /** Pause switches that hold this step up, for example `provider:shared-development`. */
  pauseScopes?(context: {
    input: TInput;
    resource: Resource;
    outputs: Record<string, JsonObject>;
  }): string[];
  retry?: RetryPolicy;
  /** Milliseconds after which the signal aborts and the attempt counts as ambiguous; default 120,000. */
  timeoutMs?: number;
}

/**
 * A kind of operation. Checked against its resource's machine when it is defined, or, where its
 * steps depend on the input, when it is started.
 *
 * @public
 */
export interface OperationDefinition<TInput extends JsonObject = JsonObject> {
  type: string;
  title: string;
  /** States of the resource in which it may be accepted. */
  from: readonly string[];
  /** State when all steps are done. */
  succeeds: string;
  /** State when it fails for good. Leave it out to keep the state in which it failed. */
  fails?: string;
  /** State while a person has to decide. Leave it out to keep the state. */
  uncertain?: string;
  /** Fixed, or decided by the input; a function must give the same steps for the same input. */
  steps:
    | readonly OperationStep<TInput>[]
    | ((input: TInput) => readonly OperationStep<TInput>[]);
  /**
   * Takes back what the steps did, before the operation ends as failed: after a terminal error, or
   * when a person gives up. Steps like the others, except that they enter no state; `outputs` says
   * which steps were done. A step that fails for good here is put before a person.
   */
  undo?: readonly Omit<OperationStep<TInput>, 'enters'>[];
  /** Runs in the transaction that ends the operation, for the plugin's own tables. */
  settled?(
    trx: Knex.Transaction,
    ended: {
      operation: Operation;
      resource: Resource;
      outcome: OperationOutcome;
      outputs: Record<string, JsonObject>;
    },
  ): Promise<void>;
}

/**
 * A resource's states and which may follow which.
 *
 * @public
 */
export interface MachineDefinition {
  kind: string;
  initial: string;
  /** For every state the states that may follow; an empty list makes it terminal. */
  transitions: Readonly<Record<string, readonly string[]>>;
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
