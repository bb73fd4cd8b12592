import { ConflictError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import type {
  Thing,
  ThingIntention,
  ThingKind,
  ThingStore,
} from './ThingStore';

interface Row {
  id: string;
  task_id: string;
  kind: ThingKind;
  ref: string;
  title: string;
  url: string | null;
  state: Thing['state'];
  created_by: string;
  details: JsonObject;
}

const TABLE = 'slipway_things';
/** A task makes a handful. */
const THINGS_OF_A_TASK = 100;

/** {@link ThingStore} in the scaffolder's database. */
export class DatabaseThingStore implements ThingStore {
  readonly #client: Knex;

  static create(options: { client: Knex }): DatabaseThingStore {
    return new DatabaseThingStore(options.client);
  }

  private constructor(client: Knex) {
    this.#client = client;
  }

  async find(kind: ThingKind, ref: string): Promise<Thing | undefined> {
    const row = await this.#client<Row>(TABLE)
      .where({ kind, ref })
      .whereNot({ state: 'removed' })
      .first();
    return row && toThing(row);
  }

  async findRemoved(kind: ThingKind, ref: string): Promise<Thing | undefined> {
    const row = await this.#client<Row>(TABLE)
      .where({ kind, ref, state: 'removed' })
      .orderBy('created_at', 'desc')
      .first();
    return row && toThing(row);
  }

  async intend(intention: ThingIntention): Promise<Thing> {
    const [row] = await this.#client<Row>(TABLE)
      .insert({
        id: randomUUID(),
        task_id: intention.taskId,
        kind: intention.kind,
        ref: intention.ref,
        title: intention.title,
        created_by: intention.createdBy,
        state: 'intended',
      })
      .onConflict(this.#client.raw(`(kind, ref) WHERE state <> 'removed'`))
      .ignore()
      .returning('*');
    if (!row) {
      throw new ConflictError(
        `${intention.title} is being made by another task at this moment. Wait for it to end, or choose another name.`,
      );
    }
    return toThing(row);
  }

  async confirm(
    id: string,
    made: { url?: string; details: JsonObject },
  ): Promise<void> {
    await this.#client<Row>(TABLE)
      .where({ id })
      .whereNot({ state: 'removed' })
      .update({
        state: 'made',
        url: made.url ?? null,
        details: made.details,
        ...this.#touched(),
      });
  }

  async handOver(thing: Thing, taskId: string): Promise<Thing> {
    const [row] = await this.#client<Row>(TABLE)
      .where({ id: thing.id, task_id: thing.taskId, state: thing.state })
      .update({
        task_id: taskId,
        ...(thing.state === 'removed' && { state: 'made' }),
        ...this.#touched(),
      })
      .returning('*');
    if (!row) {
      throw new ConflictError(
        `${thing.title} was taken up by another task at this moment. Open that task instead.`,
      );
    }
    return toThing(row);
  }

  async forget(id: string): Promise<void> {
    await this.#client<Row>(TABLE).where({ id, state: 'intended' }).delete();
  }

  async setRemoved(id: string): Promise<void> {
    await this.#client<Row>(TABLE)
      .where({ id })
      .update({ state: 'removed', ...this.#touched() });
  }

  async list(taskId: string): Promise<Thing[]> {
    return this.listOf([taskId]);
  }

  async listOf(taskIds: readonly string[]): Promise<Thing[]> {
    const rows = await this.#client<Row>(TABLE)
      .whereIn('task_id', taskIds)
      .orderBy([{ column: 'created_at' }, { column: 'id' }])
      .limit(THINGS_OF_A_TASK * Math.max(1, taskIds.length));
    return rows.map(toThing);
  }

  #touched() {
    return { updated_at: this.#client.fn.now() };
  }
}

function toThing(row: Row): Thing {
  return {
    id: row.id,
    taskId: row.task_id,
    kind: row.kind,
    ref: row.ref,
    title: row.title,
    url: row.url ?? undefined,
    state: row.state,
    createdBy: row.created_by,
    details: row.details,
  };
}
