import type { Knex } from 'knex';
import { NotFoundError } from '@backstage/errors';
import type { Machine } from '../machine';
import type { OperationDefinition } from '../definitions';
import type { OperationHint } from '../types';

/**
 * What every function in this folder needs.
 *
 * @internal
 */
export interface StoreContext {
  knex: Knex;
  /** SQL for the time. A database's clock, so that workers need not agree about theirs. */
  clock: string;
  machines: Map<string, Machine>;
  /** Puts a job that wakes a worker into the same transaction. */
  wake(
    trx: Knex.Transaction,
    operationId: string,
    delayMs?: number,
  ): Promise<void>;
  /** A consumer registered after rows up to this position were removed: it begins behind them. */
  onLateConsumer?(consumer: string, position: number): void;
  /** Tells live pages, after commit. */
  hint(trx: Knex.Transaction, hint: OperationHint): void;
}

export function machineOf(context: StoreContext, kind: string): Machine {
  const machine = context.machines.get(kind);
  if (!machine) {
    throw new NotFoundError(`No machine is registered for kind '${kind}'`);
  }
  return machine;
}

export function definitionOf(
  context: StoreContext,
  kind: string,
  type: string,
): OperationDefinition {
  const definition = machineOf(context, kind).operation(type);
  if (!definition) {
    throw new NotFoundError(
      `No operation '${type}' is registered for kind '${kind}'`,
    );
  }
  return definition;
}
