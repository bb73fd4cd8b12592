import { waiverPath } from '@slipway/plugin-policies-common';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { DurableResources } from '@slipway/operations';
import { getWaiver } from '../database/waivers';

/** Of the refusals those that pass by themselves: too slow, too early, too many. */
const PASSING = ['408', '425', '429'];

interface NotifierDeps {
  resources: DurableResources;
  notifications: NotificationService;
  logger: LoggerService;
}

/**
 * Tells owners that a waiver has ended: what it covered is refused from now on. Whoever asked learns of the decision from
 * approvals. Reads the outbox, so that nobody is forgotten when the process dies.
 */
async function notifyOwners(deps: NotifierDeps): Promise<void> {
  const { resources, notifications, logger } = deps;
  const consumer = { consumer: 'notifications', limit: 20 };
  for (;;) {
    const handed = await resources.consume(consumer, async (rows, trx) => {
      for (const { event } of rows) {
        if (event.type !== 'state.changed') continue;
        const { from, to } = event.data;
        if (from !== 'granted' || (to !== 'ended' && to !== 'expired'))
          continue;
        const waiver = await getWaiver(trx, event.resourceId);
        await notifications
          .send({
            recipients: {
              type: 'entity',
              entityRef: waiver.owner,
              excludeEntityRef: event.actor,
            },
            payload: {
              title: `A waiver has ended: ${waiver.policy_title}`,
              description: waiver.end_reason ?? undefined,
              link: waiverPath(waiver.id),
              severity: 'normal',
              topic: 'policies',
              scope: `policies/waiver/${waiver.id}`,
            },
          })
          .catch(error => {
            // What can be delivered later is tried again; what is refused would hold up everything after it.
            const status = /status (4\d\d)/.exec(String(error))?.[1];
            if (!status || PASSING.includes(status)) throw error;
            logger.warn(
              `${waiver.owner} could not be told that a waiver ended`,
              toError(error),
            );
          });
      }
    });
    if (handed < consumer.limit) return;
  }
}

/**
 * Notifies when called, once at a time. A call that comes meanwhile starts over afterwards: what it is about may have been
 * written after the outbox was read. Never rejects.
 */
export function createNotifier(deps: NotifierDeps): () => Promise<void> {
  let running: Promise<void> | undefined;
  let isWanted = false;
  const run = async () => {
    while (isWanted) {
      isWanted = false;
      await notifyOwners(deps).catch(error =>
        deps.logger.warn(
          'Owners will be told of waivers later',
          toError(error),
        ),
      );
    }
    running = undefined;
  };
  return () => {
    isWanted = true;
    running ??= run();
    return running;
  };
}
