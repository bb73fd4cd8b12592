import { NotFoundError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { Operation, Resource, ResourceEvent } from '../types';
import type { StoreContext } from './context';
import {
  toEvent,
  toOperation,
  toResource,
  type EventRow,
  type OperationRow,
  type ResourceRow,
  type StepRow,
} from './rows';

/** The resource with this id. */
export async function getResource(knex: Knex, id: string): Promise<Resource> {
  const row = await knex<ResourceRow>('operations_resources')
    .where({ id })
    .first();
  if (!row) {
    throw new NotFoundError(`No resource with id '${id}'`);
  }
  return toResource(row);
}

/** The newest fence that was handed out for a resource. */
export async function getFence(knex: Knex, id: string): Promise<bigint> {
  const row = await knex<ResourceRow>('operations_resources')
    .where({ id })
    .first('fence');
  if (!row) {
    throw new NotFoundError(`No resource with id '${id}'`);
  }
  return BigInt(row.fence);
}

/** The resources with these ids, by id; unknown ones are missing. */
export async function getResources(
  knex: Knex,
  ids: string[],
): Promise<Map<string, Resource>> {
  const rows = await knex<ResourceRow>('operations_resources').whereIn(
    'id',
    ids,
  );
  return new Map(rows.map(row => [row.id, toResource(row)]));
}

/** The operation with this id. */
export async function getOperation(
  context: StoreContext,
  knex: Knex,
  id: string,
): Promise<Operation> {
  const [operation] = await operationsWhere(context, knex, query =>
    query.where({ id }),
  );
  if (!operation) {
    throw new NotFoundError(`No operation with id '${id}'`);
  }
  return operation;
}

/** The newest operation of each of these resources, by the resource's id. */
export async function latestOperations(
  context: StoreContext,
  knex: Knex,
  resourceIds: string[],
): Promise<Map<string, Operation>> {
  const operations = await operationsWhere(context, knex, query =>
    query
      .whereIn('resource_id', resourceIds)
      .distinctOn('resource_id')
      .orderBy([
        { column: 'resource_id' },
        { column: 'created_at', order: 'desc' },
      ]),
  );
  return new Map(operations.map(o => [o.resourceId, o]));
}

/** A page of a resource's timeline, oldest first. */
export async function listEvents(
  knex: Knex,
  options: { resourceId: string; after?: string; limit?: number },
): Promise<ResourceEvent[]> {
  const rows: (EventRow & { kind: string })[] = await knex(
    'operations_events as e',
  )
    .join('operations_resources as r', 'r.id', 'e.resource_id')
    .where('e.resource_id', options.resourceId)
    .where('e.id', '>', options.after ?? '0')
    .orderBy('e.id')
    .limit(options.limit ?? 200)
    .select('e.*', 'r.kind');
  return rows.map(toEvent);
}

/** Everybody and everything that has acted on a resource, by name, from its making on. */
export async function listActors(
  knex: Knex,
  resourceId: string,
): Promise<string[]> {
  const actors: Array<string | null> = await knex<EventRow>('operations_events')
    .where({ resource_id: resourceId })
    .distinct()
    .orderBy('actor')
    .pluck('actor');
  return actors.flatMap(actor => actor ?? []);
}

async function operationsWhere(
  context: StoreContext,
  knex: Knex,
  build: (
    query: Knex.QueryBuilder<OperationRow, OperationRow[]>,
  ) => Knex.QueryBuilder<OperationRow, OperationRow[]>,
): Promise<Operation[]> {
  const rows = await build(
    knex<OperationRow>('operations_operations').select('*'),
  );
  const ids = rows.map(row => row.id);
  const steps = await knex<StepRow>('operations_steps').whereIn(
    'operation_id',
    ids,
  );
  const kinds: { id: string; kind: string }[] = await knex(
    'operations_resources',
  )
    .whereIn(
      'id',
      rows.map(row => row.resource_id),
    )
    .select('id', 'kind');
  const kindOf = new Map(kinds.map(k => [k.id, k.kind]));
  return rows.map(row =>
    toOperation(
      row,
      steps.filter(s => s.operation_id === row.id),
      context.machines
        .get(kindOf.get(row.resource_id) ?? '')
        ?.operation(row.type),
    ),
  );
}
