import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { NotificationPayload } from '@backstage/plugin-notifications-common';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import { namesOf } from '@slipway/backend-utils';
import type {
  DurableOperations,
  Operation,
  ResourceEvent,
} from '@slipway/operations';
import { databasePagePath } from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord } from '../database/rows';
import { ASK_APPROVAL, CALL_OFF } from '../operations/approvalSteps';
import { IDLE_EVENT } from '../costs/tellIdle';
import { DEGRADED } from '../health/MeasureWatch';
import { BACKUP } from '../operations/backup';
import { RENEW } from '../operations/renew';
import { RESIZE_ENDED } from './changes/endPendingChange';
import { DRIFTED } from './DriftWatch';
import { EXPIRED, EXPIRY_REMINDER } from './ExpiryWatch';
import { OWNER_CHANGED } from './HandOnService';
import { INCIDENT_EVENT } from './ProviderWatch';
import { UNMOVED_EVENT } from './RotationWatch';

/** Reads the outbox under this name. */
export const NOTIFICATIONS_CONSUMER = 'notifications';

interface NotifierDeps {
  knex: Knex;
  operations: DurableOperations;
  notifications: NotificationService;
  auth: AuthService;
  catalog: CatalogService;
  logger: LoggerService;
}

const TOLD = new Map<string, 'normal' | 'high'>([
  ['operation.succeeded', 'normal'],
  ['operation.failed', 'high'],
  ['operation.cancelled', 'normal'],
  ['operation.uncertain', 'high'],
]);

/** Of the refusals those that pass by themselves: too slow, too early, too many. */
const PASSING = ['408', '425', '429'];

/**
 * Tells people how what they asked for ended, owners what had to be ended, and groups what they got and gave away. Reads the outbox, so that nobody is forgotten when
 * the process dies; the operation is the notification's scope, so that nobody is told twice.
 */
async function notifyRequesters(deps: NotifierDeps): Promise<void> {
  const { operations } = deps;
  const consumer = { consumer: NOTIFICATIONS_CONSUMER, limit: 20 };
  for (;;) {
    const handed = await operations.consume(consumer, async rows => {
      for (const { event } of rows) {
        const notice = await toNotice(event, deps);
        if (notice) await send(notice, deps);
      }
    });
    if (handed < consumer.limit) return;
  }
}

/** What somebody is told. */
interface Notice {
  to: string | string[];
  /** Who knows already. */
  except?: string;
  about: string;
  payload: Pick<
    NotificationPayload,
    'title' | 'description' | 'link' | 'severity' | 'scope'
  >;
}

async function toNotice(
  event: ResourceEvent,
  deps: NotifierDeps,
): Promise<Notice | undefined> {
  const database = () => getDatabase(deps.knex, event.resourceId);
  if (event.type === INCIDENT_EVENT) return ofIncident(event, await database());
  if (event.type === IDLE_EVENT) return ofIdle(event, await database());
  if (event.type === OWNER_CHANGED) {
    return ofNewOwner(event, await database(), deps);
  }
  if (event.type === 'condition.set' && event.data.type === DRIFTED) {
    return ofDrift(event, await database());
  }
  if (event.type.startsWith('condition.') && event.data.type === DEGRADED) {
    return ofHealth(event, await database());
  }
  if (event.type === UNMOVED_EVENT) return ofUnmoved(event, await database());
  if (event.type === EXPIRY_REMINDER || event.type === EXPIRED) {
    return ofExpiry(event, await database());
  }
  if (event.type === RESIZE_ENDED) {
    return ofEndedResize(event, await database());
  }
  return ofOperation(event, deps);
}

/** A size that waited for approval and does not come. Whoever refuses it has told so already. */
function ofEndedResize(
  { id, data, actor }: ResourceEvent,
  { name, environment }: DatabaseRecord,
): Notice | undefined {
  const to = String(data.requestedBy);
  if (data.isTold || actor === to) return undefined;
  return {
    to,
    about: `that ${name} (${environment}) keeps its size`,
    payload: {
      title: `${name} (${environment}) keeps its size`,
      description: String(data.message),
      link: databasePagePath(name, environment),
      severity: 'normal',
      scope: `databases/resize/${id}`,
    },
  };
}

async function ofOperation(
  event: ResourceEvent,
  { knex, operations }: NotifierDeps,
): Promise<Notice | undefined> {
  const severity = TOLD.get(event.type);
  if (!severity || !event.operationId) return undefined;
  const operation = await operations.getOperation(event.operationId);
  // Nobody asked for it, and the owners lose by it.
  const isFailedByItself =
    [BACKUP, RENEW].includes(operation.type) &&
    event.type === 'operation.failed' &&
    !operation.actor.startsWith('user:');
  if (!isFailedByItself && isNoNews(operation, event)) return undefined;
  const { name, environment, owner } = await getDatabase(
    knex,
    event.resourceId,
  );
  const title = `${name} (${environment}): ${operation.title.toLocaleLowerCase('en-US')}`;
  return {
    to: isFailedByItself ? owner : operation.actor,
    about: `how operation ${operation.id} ended`,
    payload: {
      title: `${title}, ${event.type.replace('operation.', '')}`,
      description: operation.error?.message,
      link: databasePagePath(name, environment),
      severity,
      // One for each database: what fails again renews it.
      scope: isFailedByItself
        ? `databases/${event.resourceId}/${operation.type === BACKUP ? 'backups' : 'rotation'}`
        : `databases/${operation.id}`,
    },
  };
}

/** One notice for each database: what comes again renews it. Whose login it was hears it too. */
function ofIncident(
  { data }: ResourceEvent,
  { id, name, environment, owner }: DatabaseRecord,
): Notice {
  return {
    to: data.person ? [owner, String(data.person)] : owner,
    about: `what database ${id} did to others`,
    payload: {
      title: `${name} (${environment}): sessions were ended`,
      description: String(data.message),
      link: databasePagePath(name, environment),
      severity: 'high',
      scope: `databases/${id}/incidents`,
    },
  };
}

/** One notice for each database, as with incidents. */
function ofDrift(
  { data }: ResourceEvent,
  { id, name, environment, owner }: DatabaseRecord,
): Notice {
  return {
    to: owner,
    about: `what of database ${id} differs`,
    payload: {
      title: `${name} (${environment}): is not as it should be on the server`,
      description: String(data.message),
      link: databasePagePath(name, environment),
      severity: 'high',
      scope: `databases/${id}/drift`,
    },
  };
}

/** One notice for each database: what got worse, or well, renews it. The event is written once, when a threshold is crossed. */
function ofHealth(
  { type, data }: ResourceEvent,
  { id, name, environment, owner }: DatabaseRecord,
): Notice {
  const isWell = type === 'condition.cleared';
  return {
    to: owner,
    about: `how database ${id} is used`,
    payload: {
      title: isWell
        ? `${name} (${environment}): is used within its limits again`
        : `${name} (${environment}): needs a look`,
      description: isWell ? undefined : String(data.message),
      link: databasePagePath(name, environment),
      severity: isWell ? 'normal' : 'high',
      scope: `databases/${id}/health`,
    },
  };
}

/** One notice for each database, as with incidents. */
function ofUnmoved(
  { data }: ResourceEvent,
  { id, name, environment, owner }: DatabaseRecord,
): Notice {
  return {
    to: owner,
    about: `who still uses the former login of database ${id}`,
    payload: {
      title: `${name} (${environment}): the former login is still in use`,
      description: `${data.message} Have them pick up the new login, or turn the former one off on the page of the database.`,
      link: databasePagePath(name, environment),
      severity: 'high',
      scope: `databases/${id}/former-login`,
    },
  };
}

/** The event is written a month after the one before, at the soonest. */
function ofIdle(
  { data }: ResourceEvent,
  { id, name, environment, owner }: DatabaseRecord,
): Notice {
  return {
    to: owner,
    about: `that nobody uses database ${id}`,
    payload: {
      title: `${name} (${environment}): nobody seems to use it`,
      description: String(data.message),
      link: databasePagePath(name, environment),
      severity: 'normal',
      scope: `databases/${id}/idle`,
    },
  };
}

/** One notice for each database: what comes nearer renews it. */
function ofExpiry(
  { type, data }: ResourceEvent,
  { id, name, environment, owner }: DatabaseRecord,
): Notice {
  return {
    to: owner,
    about: `that database ${id} ends`,
    payload: {
      title: `${name} (${environment}): ${type === EXPIRED ? 'has ended' : 'ends soon'}`,
      description: String(data.message),
      link: databasePagePath(name, environment),
      severity: type === EXPIRED || data.days === 1 ? 'high' : 'normal',
      scope: `databases/${id}/expiry`,
    },
  };
}

/** What both groups are told when a database was handed on. */
async function ofNewOwner(
  { id, data, actor }: ResourceEvent,
  { name, environment }: DatabaseRecord,
  deps: NotifierDeps,
): Promise<Notice> {
  const [from, to] = [String(data.from), String(data.to)];
  const names = await namesOf(deps, actor ? [from, to, actor] : [from, to]);
  const called = (ref: string) => names.get(ref)!;
  return {
    to: [from, to],
    except: actor ?? undefined,
    about: `that ${name} (${environment}) was handed on`,
    payload: {
      title: `${name} (${environment}) belongs to ${called(to)} now`,
      description: `Handed on from ${called(from)} by ${actor ? called(actor) : 'the platform'}: ${data.reason}. Personal logins of people who could not get one from ${called(to)} have ended.`,
      link: databasePagePath(name, environment),
      severity: 'normal',
      scope: `databases/owner/${id}`,
    },
  };
}

async function send(
  { to, except, about, payload }: Notice,
  { notifications, logger }: NotifierDeps,
): Promise<void> {
  const sending = notifications.send({
    recipients: {
      type: 'entity',
      entityRef: to,
      ...(except && { excludeEntityRef: except }),
    },
    payload: { ...payload, topic: 'databases' },
  });
  await sending.catch(error => {
    // What can be delivered later is tried again; what is refused would hold up everything after it.
    if (!isRefused(error)) throw error;
    logger.warn(`${to} could not be told ${about}`, toError(error));
  });
}

/** Whether whoever asked for it knows already, or hears it from the approvals, or is the portal. */
function isNoNews(operation: Operation, event: ResourceEvent): boolean {
  return (
    !operation.actor.startsWith('user:') ||
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
export function createNotifier(deps: NotifierDeps): () => Promise<void> {
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
