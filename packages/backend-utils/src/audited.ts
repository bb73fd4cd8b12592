import type { AuditorService } from '@backstage/backend-plugin-api';
import type { Request } from 'express';

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
    done?(answer: T): Meta;
  },
  work: () => Promise<T>,
): Promise<T> {
  const { eventId, meta, request, done } = options;
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
