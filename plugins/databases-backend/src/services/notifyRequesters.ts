import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type {
  NotificationSendOptions,
  NotificationService,
} from '@backstage/plugin-notifications-node';
import type {
  DurableOperations,
  Operation,
  ResourceEvent,
} from '@slipway/operations';
import { databasePagePath } from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import { getDatabase } from '../database/readDatabases';
import { ASK_APPROVAL, CALL_OFF } from '../operations/approvalSteps';
import { OWNER_CHANGED } from './HandOnService';

/** Reads the outbox under this name. */
export const NOTIFICATIONS_CONSUMER = 'notifications';

const TOLD = new Map<string, 'normal' | 'high'>([
  ['operation.succeeded', 'normal'],
  ['operation.failed', 'high'],
  ['operation.cancelled', 'normal'],
  ['operation.uncertain', 'high'],
]);

/** Of the refusals those that pass by themselves: too slow, too early, too many. */
const PASSING = ['408', '425', '429'];

/**
 * Tells people how what they asked for ended, and groups what they got and gave away. Reads the outbox, so that nobody is forgotten when
 * the process dies; the operation is the notification's scope, so that nobody is told twice.
 */
async function notifyRequesters(deps: {
  knex: Knex;
  operations: DurableOperations;
  notifications: NotificationService;
  logger: LoggerService;
}): Promise<void> {
  const { knex, operations, notifications, logger } = deps;
  const consumer = { consumer: NOTIFICATIONS_CONSUMER, limit: 20 };
  const deliver = (
    news: NotificationSendOptions,
    { type, id }: ResourceEvent,
  ) =>
    notifications.send(news).catch(error => {
      // What can be delivered later is tried again; what is refused would hold up everything after it.
      if (!isRefused(error)) throw error;
      logger.warn(
        `Nobody could be told of '${type}', event ${id} of databases`,
        toError(error),
      );
    });
  for (;;) {
    const handed = await operations.consume(consumer, async rows => {
      for (const { event } of rows) {
        if (event.type === OWNER_CHANGED) {
          await deliver(await ownersNews(knex, event), event);
          continue;
        }
        const severity = TOLD.get(event.type);
        if (!severity || !event.operationId) continue;
        const operation = await operations.getOperation(event.operationId);
        if (isNoNews(operation, event)) continue;
        const record = await getDatabase(knex, event.resourceId);
        const { name, environment } = record;
        const title = `${name} (${environment}): ${operation.title.toLocaleLowerCase('en-US')}`;
        const news: NotificationSendOptions = {
          recipients: { type: 'entity', entityRef: operation.actor },
          payload: {
            title: `${title}, ${event.type.replace('operation.', '')}`,
            description: operation.error?.message,
            link: databasePagePath(name, environment),
            severity,
            topic: 'databases',
            scope: `databases/${operation.id}`,
          },
        };
        await deliver(news, event);
      }
    });
    if (handed < consumer.limit) return;
  }
}

/** What both groups are told when a database was handed on. */
async function ownersNews(
  knex: Knex,
  { resourceId, id, data, actor }: ResourceEvent,
): Promise<NotificationSendOptions> {
  const { name, environment } = await getDatabase(knex, resourceId);
  const [from, to] = [String(data.from), String(data.to)];
  return {
    recipients: {
      type: 'entity',
      entityRef: [from, to],
      // Who did it knows.
      ...(actor && { excludeEntityRef: actor }),
    },
    payload: {
      title: `${name} (${environment}) belongs to ${short(to)} now`,
      description: `Handed on from ${short(from)} by ${short(actor ?? 'the platform')}: ${data.reason}. Personal logins of people who could not get one from ${short(to)} have ended.`,
      link: databasePagePath(name, environment),
      severity: 'normal',
      topic: 'databases',
      scope: `databases/owner/${id}`,
    },
  };
}

/** "team-orders" of `group:default/team-orders`. */
function short(ref: string): string {
  return ref.replace(/^\w+:(default\/)?/, '');
}

/** Whether whoever asked for it knows already, or hears it from the approvals. */
function isNoNews(operation: Operation, event: ResourceEvent): boolean {
  return (
    // Who calls off what is theirs, and sees it end at once, knows.
    event.actor === operation.actor ||
    (event.type === 'operation.succeeded' &&
      [ASK_APPROVAL, CALL_OFF].includes(operation.type))
  );
}

/** Whether sending the same again would end the same. The notification service tells the status in its message only. */
function isRefused(error: unknown): boolean {
  const status = /status (4\d\d)/.exec(String(error))?.[1];
  return status !== undefined && !PASSING.includes(status);
}

/** Notifies when called; calls that come meanwhile share what runs. Never rejects. */
export function createNotifier(deps: {
  knex: Knex;
  operations: DurableOperations;
  notifications: NotificationService;
  logger: LoggerService;
}): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= notifyRequesters(deps)
      .catch(error =>
        deps.logger.warn('People will be notified later', toError(error)),
      )
      .finally(() => {
        running = undefined;
      });
    return running;
  };
}
