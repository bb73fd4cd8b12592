import type { LoggerService } from '@backstage/backend-plugin-api';
import type { JsonObject } from '@backstage/types';
import type { Knex } from 'knex';
import type { Operation, OperationOutcome, Resource } from './types';

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
  /**
   * Aborted when the lease is lost, the process stops, the step's time is over, or somebody has
   * called the operation off. What the step may have done all the same is looked for, or taken back.
   */
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
 * How an operation is called off.
 *
 * @public
 */
export interface CancelPolicy<TInput extends JsonObject = JsonObject> {
  /** State when it has been called off, instead of the one in which it was accepted. */
  ends?: string;
  /**
   * Takes everything back when something was or may have been done outside, before the operation
   * ends as cancelled. Without it, it cannot be called off from then on.
   */
  undo?: readonly OperationStep<TInput>[];
  /** The step from which on it is too late to take anything back. */
  before?: string;
  /**
   * States of acceptance from which it may end at once when it has done nothing; default all. From
   * the others what earlier operations did is taken back too.
   */
  atOnceFrom?: readonly string[];
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
  /** State when all steps are done. Leave it out to keep the state. */
  succeeds?: string;
  /** State when it fails for good. Leave it out to keep the state in which it failed. */
  fails?: string;
  /**
   * State instead of `fails` when a person gave up before this step of the undo was done: what it
   * takes back is still there then, and the state has to say so.
   */
  leftUndone?: { step: string; ends: string };
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
  /**
   * What becomes of it when somebody calls it off. Without it, it can be called off as long as
   * nothing was or may have been done outside, and the resource returns to the state in which the
   * operation was accepted.
   */
  cancel?: CancelPolicy<TInput>;
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
