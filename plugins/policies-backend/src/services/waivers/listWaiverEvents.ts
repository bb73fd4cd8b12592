import type { ResourceEvent } from '@slipway/operations';
import type {
  WaiverEvent,
  WaiverEventsPage,
} from '@slipway/plugin-policies-common';
import { getWaiver } from '../../database/waivers';
import type { WaiversDeps } from './deps';

const EVENTS_PAGE = 50;

/** A page of a waiver's timeline, the oldest first. */
export async function listWaiverEvents(
  { knex, resources }: Pick<WaiversDeps, 'knex' | 'resources'>,
  id: string,
  cursor: string | undefined,
): Promise<WaiverEventsPage> {
  await getWaiver(knex, id);
  const events = await resources.listEvents({
    resourceId: id,
    after: cursor,
    limit: EVENTS_PAGE,
  });
  return {
    items: events.map(toWaiverEvent),
    nextCursor: events.length === EVENTS_PAGE ? events.at(-1)?.id : undefined,
  };
}

/** An entry of the timeline with its sentence. */
function toWaiverEvent(event: ResourceEvent): WaiverEvent {
  const { id, type, actor, createdAt, data } = event;
  const why = data.reason ? `: ${data.reason}` : '';
  const sentences: Record<string, string> = {
    granted: 'Granted',
    rejected: `Not granted${why}`,
    withdrawn: `Taken back${why}`,
    ended: `Ended early${why}`,
    expired: 'Its time was over',
  };
  return {
    id,
    type,
    message:
      type === 'resource.created'
        ? 'Asked for'
        : (sentences[String(data.to)] ?? type),
    actor,
    createdAt: createdAt.toISOString(),
  };
}
