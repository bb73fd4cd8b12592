import type { AuditorService } from '@backstage/backend-plugin-api';
import type { Request } from 'express';
import type { UserCredentials } from './UserCredentials';

type Meta = Record<string, string | boolean>;

/**
 * Does something and leaves it on record, however it ends.
 *
 * @param options - `meta`: what was asked for; `done`: what to add once it is done
 * @public
 */
export async function audited<T>(
  auditor: AuditorService,
  options: {
    eventId: string;
    meta: Meta;
    request?: Request;
    /** Who asked, where there is no request that says so. */
    credentials?: UserCredentials;
    done?(answer: T): Meta;
  },
  work: () => Promise<T>,
): Promise<T> {
  const { eventId, request, credentials, done } = options;
  const meta = credentials
    ? { ...options.meta, ...askedBy(credentials) }
    : options.meta;
  const event = await auditor.createEvent({
    eventId,
    severityLevel: 'medium',
    request,
    meta,
  });
  try {
    const answer = await work();
    await event.success(done && { meta: done(answer) });
    return answer;
  } catch (error) {
    await event.fail({ error: error as Error });
    throw error;
  }
}

/** The person, and the agent that acts for them. */
function askedBy({ principal }: UserCredentials): Meta {
  return {
    person: principal.userEntityRef,
    ...(principal.actor && { agent: principal.actor.subject }),
  };
}
