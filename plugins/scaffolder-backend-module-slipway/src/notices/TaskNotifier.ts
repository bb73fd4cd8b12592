import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { EventParams, EventsService } from '@backstage/plugin-events-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Knex } from 'knex';
import { z } from 'zod';
import { describeEnd } from './describeEnd';

const TOPIC = 'scaffolder.task';
/** The scaffolder gives its event before the end is written down for good. */
const AFTER_EVENT_MS = [500, 3_000];
const PERSON = 'user:%';
/** Of the refusals those that pass by themselves: too slow, too early, too many. */
const PASSING = ['408', '425', '429'];

const endedSchema = z.object({
  id: z.string(),
  status: z.enum(['completed', 'failed']),
});

interface EndRow {
  event_id: string;
  task_id: string;
  status: 'completed' | 'failed';
  created_by: string;
  spec: string;
  body: string;
}

/**
 * Tells people how the tasks ended that they started.
 *
 * @remarks
 * The scaffolder writes the end of a task into its own table in the transaction that ends it: what is there and has no notice is
 * told, whichever replica ran the task, and also when that one died. Events only make it quick. A replica holds the row
 * while it tells; one that dies between telling and writing that down has another tell again, and by its scope that is still one
 * notification. A task that is tried again is told of again. Who cancels a task knows that.
 */
export class TaskNotifier {
  readonly #client: Knex;
  readonly #notifications: NotificationService;
  readonly #logger: LoggerService;

  /** @param options - `client`: that of the scaffolder itself */
  static create(options: {
    client: Knex;
    notifications: NotificationService;
    logger: LoggerService;
  }): TaskNotifier {
    return new TaskNotifier(options);
  }

  private constructor(options: {
    client: Knex;
    notifications: NotificationService;
    logger: LoggerService;
  }) {
    this.#client = options.client;
    this.#notifications = options.notifications;
    this.#logger = options.logger;
  }

  /** Tells soon after a task has ended; {@link TaskNotifier.tellAll} has what is missed here. */
  async listen(events: EventsService): Promise<void> {
    await events.subscribe({
      id: 'slipway-task-notices',
      topics: [TOPIC],
      onEvent: async (event: EventParams) => {
        const ended = endedSchema.safeParse(event.eventPayload);
        if (ended.success) {
          for (const delay of AFTER_EVENT_MS) {
            setTimeout(() => this.#tellQuietly(ended.data.id), delay).unref();
          }
        }
      },
    });
  }

  /** Tells of all ends of the last day that nobody was told of, and forgets which were told before. */
  async tellAll(): Promise<void> {
    await this.#tell();
    await this.#client('slipway_task_notices')
      .where('told_at', '<', this.#client.raw(`now() - interval '3 days'`))
      .delete();
  }

  async #tellQuietly(taskId: string): Promise<void> {
    await this.#tell(taskId).catch(error =>
      this.#logger.warn('People will be told later', toError(error)),
    );
  }

  async #tell(taskId?: string): Promise<void> {
    for (;;) {
      const told = await this.#client.transaction(async trx => {
        const row = await this.#next(trx, taskId);
        const noted =
          row &&
          (await trx('slipway_task_notices')
            .insert({ event_id: row.event_id })
            .onConflict('event_id')
            .ignore()
            .returning('event_id'));
        // Another replica may have told and let the row go since this one began to look.
        if (noted?.length) {
          await this.#send(row!).catch(error => {
            // What is refused would hold up everything after it.
            if (!isRefused(error)) throw error;
            this.#logger.warn(
              `Nobody could be told how task ${row!.task_id} ended`,
              toError(error),
            );
          });
        }
        return Boolean(row);
      });
      if (!told) {
        return;
      }
    }
  }

  async #next(
    trx: Knex.Transaction,
    taskId: string | undefined,
  ): Promise<EndRow | undefined> {
    return trx<EndRow>('task_events as e')
      .join('tasks as t', 't.id', 'e.task_id')
      .where('e.event_type', 'completion')
      .where('e.created_at', '>', trx.raw(`now() - interval '1 day'`))
      .whereIn('t.status', ['completed', 'failed'])
      .whereLike('t.created_by', PERSON)
      .whereNotExists(
        trx('slipway_task_notices as n').whereRaw('n.event_id = e.id'),
      )
      .modify(query => taskId && query.where('e.task_id', taskId))
      .orderBy('e.id')
      .forUpdate('e')
      .skipLocked()
      .first<EndRow | undefined>(
        'e.id as event_id',
        'e.task_id',
        't.status',
        't.created_by',
        't.spec',
        'e.body',
      );
  }

  async #send(row: EndRow): Promise<void> {
    await this.#notifications.send({
      recipients: { type: 'entity', entityRef: row.created_by },
      payload: {
        ...describeEnd({
          taskId: row.task_id,
          status: row.status,
          spec: JSON.parse(row.spec),
          body: JSON.parse(row.body),
        }),
        topic: 'tasks',
        scope: `task-end:${row.event_id}`,
      },
    });
  }
}

/** Whether sending the same again would end the same. The notification service tells the status in its message only. */
function isRefused(error: unknown): boolean {
  const status = /status (4\d\d)/.exec(String(error))?.[1];
  return status !== undefined && !PASSING.includes(status);
}
