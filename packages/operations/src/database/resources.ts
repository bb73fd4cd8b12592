import { ConflictError, NotFoundError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type { Knex } from 'knex';
import type { Condition, Resource } from '../types';
import { appendEvent } from './appendEvent';
import { machineOf, type StoreContext } from './context';
import { toResource, type ResourceRow } from './rows';

/** Makes a resource in its machine's initial state. */
export async function createResource(
  context: StoreContext,
  trx: Knex.Transaction,
  options: { id: string; kind: string; actor: string },
): Promise<Resource> {
  const machine = machineOf(context, options.kind);
  const [row] = await trx<ResourceRow>('operations_resources').insert(
    {
      id: options.id,
      kind: options.kind,
      state: machine.initial,
      created_at: trx.raw(context.clock),
      updated_at: trx.raw(context.clock),
    },
    '*',
  );
  const resource = toResource(row);
  await appendEvent(context, trx, {
    resource,
    type: 'resource.created',
    data: { state: resource.state },
    actor: options.actor,
  });
  return resource;
}

/** Reads a resource and holds its row until the transaction ends. */
export async function lockResource(
  trx: Knex.Transaction,
  id: string,
): Promise<ResourceRow> {
  const row = await trx<ResourceRow>('operations_resources')
    .where({ id })
    .forNoKeyUpdate()
    .first();
  if (!row) {
    throw new NotFoundError(`No resource with id '${id}'`);
  }
  return row;
}

/**
 * Compare-and-set: changes the state only if the resource still is what the caller saw.
 */
export async function changeState(
  context: StoreContext,
  trx: Knex.Transaction,
  options: {
    seen: Pick<Resource, 'id' | 'kind' | 'state' | 'version'>;
    to: string;
    actor?: string;
    operationId?: string;
    data?: JsonObject;
    /** It returns to where it was, because what was begun has done nothing. */
    isReturn?: boolean;
  },
): Promise<Resource> {
  const { seen, to, isReturn } = options;
  if (!isReturn && !machineOf(context, seen.kind).allows(seen.state, to)) {
    throw new ConflictError(
      `A ${seen.kind} that is '${seen.state}' cannot become '${to}'`,
    );
  }
  const [row] = await trx<ResourceRow>('operations_resources')
    .where({ id: seen.id, state: seen.state })
    .where('version', seen.version)
    .update(
      {
        state: to,
        version: trx.raw('version + 1'),
        updated_at: trx.raw(context.clock),
      },
      '*',
    );
  if (!row) {
    throw new ConflictError(
      `The ${seen.kind} '${seen.id}' has changed since it was read; read it again`,
    );
  }
  const resource = toResource(row);
  await appendEvent(context, trx, {
    resource,
    operationId: options.operationId,
    actor: options.actor,
    type: 'state.changed',
    data: { ...options.data, from: seen.state, to },
  });
  return resource;
}

/** Sets or clears one condition; says nothing on the timeline when nothing changed. */
export async function setCondition(
  context: StoreContext,
  trx: Knex.Transaction,
  options: { resourceId: string; type: string; message?: string },
): Promise<void> {
  const row = await lockResource(trx, options.resourceId);
  const before = row.conditions.find(c => c.type === options.type);
  if (before?.message === options.message) {
    return;
  }
  const { rows } = await trx.raw<{ rows: { now: Date }[] }>(
    `SELECT ${context.clock} AS now`,
  );
  const conditions: Condition[] = row.conditions.filter(
    c => c.type !== options.type,
  );
  if (options.message !== undefined) {
    conditions.push({
      type: options.type,
      message: options.message,
      since: before?.since ?? rows[0].now.toISOString(),
    });
  }
  await trx('operations_resources')
    .where({ id: row.id })
    .update({
      conditions: JSON.stringify(conditions),
      version: trx.raw('version + 1'),
      updated_at: trx.raw(context.clock),
    });
  await appendEvent(context, trx, {
    resource: row,
    type: options.message === undefined ? 'condition.cleared' : 'condition.set',
    data: { type: options.type, message: options.message ?? '' },
  });
}
