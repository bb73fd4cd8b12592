import type { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { EventsService } from '@backstage/plugin-events-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import { namesOf } from '@slipway/backend-utils';
import type { DurableResources, ResourceEvent } from '@slipway/operations';
import {
  ANSWER_LINKS_METADATA,
  ANSWER_PAGE_PATH,
  APPROVALS_ANSWERED_TOPIC,
  approvalAnswers,
  approvalPagePath,
  askingScope,
  whyNotVote,
  type ApprovalAnswered,
} from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import { listActiveDeputies } from '../database/deputies';
import { getRequest } from '../database/readRequests';
import type { RequestRecord } from '../database/rows';
import type { AnswerLinksService } from './AnswerLinksService';
import { toDecidable } from './ApprovalsService';
import type { People } from './People';

/** Of those whose deputy somebody is, so many at most are in one message; the others are on the page. */
const LINKED_VOICES = 5;
const NAME_MAX = 100;
/** Of the refusals those that pass by themselves: too slow, too early, too many. */
const PASSING = ['408', '425', '429'];
const TOPIC = 'approvals';

interface NotifierDeps {
  knex: Knex;
  resources: DurableResources;
  people: People;
  auth: AuthService;
  catalog: CatalogService;
  events: EventsService;
  notifications: NotificationService;
  logger: LoggerService;
  /** When people are to be sent links to answer with. */
  answerLinks?: { service: AnswerLinksService; baseUrl: string };
}

/**
 * Tells deciders that they are asked or reminded, and whoever asked how it ended. Reads the
 * outbox, so that nobody is forgotten when the process dies; the scope keeps people from being
 * told twice.
 */
async function notifyPeople(deps: NotifierDeps): Promise<void> {
  const consumer = { consumer: 'notifications', limit: 20 };
  for (;;) {
    const handed = await deps.resources.consume(consumer, async (rows, trx) => {
      for (const { event } of rows) {
        // By the connection that is held already: others may be waiting for the rest of them.
        await tell({ ...deps, knex: trx }, event).catch(error => {
          // What can be delivered later is tried again; what is refused would hold up everything after it.
          if (!isRefused(error)) throw error;
          deps.logger.warn(
            `People could not be told about approval ${event.resourceId}`,
            toError(error),
          );
        });
      }
    });
    if (handed < consumer.limit) return;
  }
}

async function tell(deps: NotifierDeps, event: ResourceEvent): Promise<void> {
  const request = await getRequest(deps.knex, event.resourceId);
  if (event.type === 'resource.created') {
    await askDeciders(deps, request, 'Waits for your decision');
  } else if (event.type === 'approval.reminded') {
    await askDeciders(deps, request, 'Still waits for your decision');
  } else if (event.type === 'vote.cast') {
    // The one who has cast it for another was asked, too.
    const people = new Set([event.data.person, event.actor].map(String));
    await noteAnswered(deps, { approvalId: request.id, people: [...people] });
  } else if (event.type === 'state.changed') {
    const title = `${request.title}: ${event.data.to}`;
    await noteAnswered(deps, { approvalId: request.id, title });
    await tellRequester(deps, request, event);
  }
}

/** Lets the bell take away what needs no answer any more. A hint that is lost leaves a notification unread, which is no harm. */
async function noteAnswered(
  { events }: NotifierDeps,
  eventPayload: ApprovalAnswered,
): Promise<void> {
  await events.publish({ topic: APPROVALS_ANSWERED_TOPIC, eventPayload });
}

async function askDeciders(
  deps: NotifierDeps,
  request: RequestRecord,
  words: string,
): Promise<void> {
  if (request.state !== 'pending') return;
  const { notifications, answerLinks } = deps;
  const deciders = await decidersOf(deps, request);
  const recipients = [...deciders.keys()];
  const names = await namesOf(deps, [
    request.requester,
    ...[...deciders.values()].flat(),
  ]);
  const payload = {
    title: `${words}: ${request.title}`,
    description: describe(request, names.get(request.requester)!),
    link: approvalPagePath(request.id),
    severity: 'normal' as const,
    topic: TOPIC,
    scope: askingScope(request.id),
  };
  if (!answerLinks) {
    if (!recipients.length) return;
    await notifications.send({
      recipients: { type: 'entity', entityRef: recipients },
      payload,
    });
    return;
  }
  for (const [person, voices] of deciders) {
    const lines: string[] = [];
    for (const voice of voices.slice(0, LINKED_VOICES)) {
      for (const answer of approvalAnswers) {
        const token = await answerLinks.service.make({
          requestId: request.id,
          person,
          onBehalfOf: voice === person ? undefined : voice,
          answer,
        });
        const word = answer === 'approve' ? 'Approve' : 'Reject';
        const forWhom =
          voice === person ? '' : ` as deputy of ${oneLine(names.get(voice)!)}`;
        lines.push(
          `${word}${forWhom}: ${answerLinks.baseUrl}${ANSWER_PAGE_PATH}#${token}`,
        );
      }
    }
    await notifications.send({
      recipients: { type: 'entity', entityRef: person },
      // Not in the text: that is stored, and a link is a secret.
      payload: { ...payload, metadata: { [ANSWER_LINKS_METADATA]: lines } },
    });
  }
}

/** Who can vote now and has not, each with whose votes: their own, or those of whom they are a deputy. */
async function decidersOf(
  { knex, people, resources }: NotifierDeps,
  request: RequestRecord,
): Promise<Map<string, string[]>> {
  const members = await people.membersOf(
    request.rule.flatMap(part => part.groups),
  );
  const voted = new Set(request.votes.flatMap(v => [v.person, v.cast_by]));
  const decidable = toDecidable(request);
  const able = [...members.keys()].filter(
    person =>
      !voted.has(person) &&
      !whyNotVote(decidable, { person, castBy: person }, members),
  );
  const deputies = await listActiveDeputies(knex, resources.clock, able);
  const memberships = await people.groupsOf(
    deputies.flatMap(({ person, deputy }) => [person, deputy]),
  );
  const voices = new Map(able.map(person => [person, [person]]));
  for (const { person, deputy } of deputies) {
    const castsForOneself = able.includes(deputy);
    const vote = { person, castBy: deputy };
    if (
      !castsForOneself &&
      !voted.has(deputy) &&
      !whyNotVote(decidable, vote, memberships)
    ) {
      voices.set(deputy, [...(voices.get(deputy) ?? []), person]);
    }
  }
  return voices;
}

async function tellRequester(
  { notifications }: NotifierDeps,
  request: RequestRecord,
  { actor, data }: ResourceEvent,
): Promise<void> {
  // Nobody is told of what they did themselves.
  if (actor === request.requester) return;
  const { to, reason } = data;
  await notifications.send({
    recipients: { type: 'entity', entityRef: request.requester },
    payload: {
      title: `${request.title}: ${to}`,
      description: typeof reason === 'string' ? reason : undefined,
      link: approvalPagePath(request.id),
      severity: to === 'approved' ? 'normal' : 'high',
      topic: TOPIC,
      scope: `approvals/${request.id}/end`,
    },
  });
}

function describe({ reason, expires_at }: RequestRecord, name: string): string {
  const until = `${expires_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  // Reasons are sentences of people: some end with a full stop.
  const why = reason ? `: ${reason.replace(/\.$/, '')}` : '';
  return `${name} asks${why}. Until ${until}.`;
}

/** A name as it can stand in a line of a message. */
function oneLine(name: string): string {
  return name.replace(/\s+/g, ' ').slice(0, NAME_MAX);
}

/** Whether sending the same again would end the same. The notification service tells the status in its message only. */
function isRefused(error: unknown): boolean {
  const status = /status (4\d\d)/.exec(String(error))?.[1];
  return status !== undefined && !PASSING.includes(status);
}

/**
 * Notifies when called. A call that comes meanwhile starts over afterwards: what it is about may
 * have been written after the outbox was read. Never rejects.
 */
export function createNotifier(deps: NotifierDeps): () => Promise<void> {
  let running: Promise<void> | undefined;
  let isWanted = false;
  const run = async () => {
    while (isWanted) {
      isWanted = false;
      await notifyPeople(deps).catch(error =>
        deps.logger.warn('People will be notified later', toError(error)),
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
