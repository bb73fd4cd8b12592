import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { Knex } from 'knex';
import type { Difference, PublishedPast } from './PublishedPast';

const EVENT = 'trail-differs';
const PAGE = '/settings/audit';

/** @internal */
export interface AlarmDeps {
  knex: Knex;
  logger: LoggerService;
  auditor: AuditorService;
  notifications: NotificationService;
  /** Who is told. */
  administrators: string[];
  past: PublishedPast;
}

const WORDS: Record<Difference['kind'], string> = {
  'other-trail': 'it is another trail',
  shorter: 'it ends before that entry',
  'other-entry': 'that entry is another one now',
  gone: 'that entry is not there',
};

/**
 * Says that the database does not hold the trail that was published: in the log each time, on record and to administrators once.
 * Never throws: whatever is published next is published all the same.
 */
export function createAlarm(deps: AlarmDeps): () => Promise<void> {
  const { knex, logger, auditor, notifications, administrators, past } = deps;
  const told = new Set<string>();

  /** Whether another process has told it, or this one before it was started anew. */
  async function isOnRecord(finding: string, at: string): Promise<boolean> {
    const row = await knex('slipway_audit.events')
      .where({ plugin: 'audit', event: EVENT, outcome: 'succeeded' })
      // What was told before that was published was about something else.
      .whereRaw('at > ?::timestamptz', [at])
      .whereRaw(`record::jsonb -> 'meta' ->> 'finding' = ?`, [finding])
      .first('seq');
    return row !== undefined;
  }

  async function tell(difference: Difference, sentence: string) {
    const { kind, trail, storedTrail, at } = difference;
    // Not by the entry: which one is found first depends on what was read when.
    const finding = [kind, trail, storedTrail].join(' ');
    if (told.has(finding) || (await isOnRecord(finding, at))) {
      return;
    }
    if (administrators.length > 0) {
      await notifications.send({
        recipients: { type: 'entity', entityRef: administrators },
        payload: {
          title: 'The audit trail is not the one that was published',
          description: sentence,
          link: PAGE,
          severity: 'critical',
          topic: 'audit',
          // One notification, should it be sent twice.
          scope: `audit/${EVENT}/${finding}`,
        },
      });
    }
    const event = await auditor.createEvent({
      eventId: EVENT,
      severityLevel: 'critical',
      meta: { finding, ...difference },
    });
    await event.success();
    told.add(finding);
  }

  return async () => {
    try {
      const difference = await past.compare();
      if (difference) {
        const { kind, publisher, trail, seq, at } = difference;
        const sentence = `Somebody has changed the audit trail: '${publisher}' has entry ${seq} of trail ${trail}, published at ${at}, and of what is in the database ${WORDS[kind]}. See "When the trail is not the one that was published" in docs/audit.md`;
        logger.error(sentence);
        await tell(difference, sentence);
      } else {
        told.clear();
      }
    } catch (error) {
      logger.error(
        'Administrators could not be told that the audit trail was changed; the next minute tries again',
        toError(error),
      );
    }
  };
}
