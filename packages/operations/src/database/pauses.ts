import { ConflictError, InputError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { Pause } from '../types';
import { appendEvent } from './appendEvent';
import type { StoreContext } from './context';
import { lockResource } from './resources';
import type { OperationRow } from './rows';

const SCOPE = /^[a-z][a-z0-9-]*:[\w.-]{1,200}$/;

/**
 * Turns a switch on: no step looks at it from the moment this commits and begins. One that looked just before goes on until it
 * records another intent, where it looks again, or until it ends.
 */
export async function pause(
  context: StoreContext,
  trx: Knex.Transaction,
  options: { scope: string; reason: string; actor: string },
): Promise<void> {
  if (!SCOPE.test(options.scope)) {
    throw new InputError(
      `scope: '${options.scope}' is not of the form 'kind:name', for example 'provider:shared'`,
    );
  }
  const inserted = await trx('operations_pauses')
    .insert({ ...options, created_at: trx.raw(context.clock) })
    .onConflict('scope')
    .ignore()
    .returning('scope');
  if (!inserted.length) {
    throw new ConflictError(`'${options.scope}' is paused already`);
  }
}

/** Turns a switch off and wakes what it held up. */
export async function unpause(
  context: StoreContext,
  trx: Knex.Transaction,
  options: { scope: string; actor: string },
): Promise<void> {
  const { scope, actor } = options;
  await trx('operations_pauses').where({ scope }).delete();
  const held = await trx<OperationRow>('operations_operations')
    .where({ paused_scope: scope })
    .orderBy('resource_id')
    .select('id', 'resource_id');
  for (const { id, resource_id: resourceId } of held) {
    const resource = await lockResource(trx, resourceId);
    const woken = await trx<OperationRow>('operations_operations')
      .where({ id, paused_scope: scope })
      .update({ paused_scope: null, updated_at: trx.raw(context.clock) });
    if (woken) {
      await appendEvent(context, trx, {
        resource,
        operationId: id,
        type: 'operation.unpaused',
        data: { scope },
        actor,
      });
      await context.wake(trx, id);
    }
  }
}

/** The switches that are on. */
export async function listPauses(context: StoreContext): Promise<Pause[]> {
  const rows = await context
    .knex<Omit<Pause, 'createdAt'> & { created_at: Date }>('operations_pauses')
    .orderBy('scope')
    .limit(1000);
  return rows.map(({ created_at: createdAt, ...row }) => ({
    ...row,
    createdAt,
  }));
}
