import type { Right } from '@slipway/backend-utils';
import type { Request } from 'express';
import type { RouterOptions } from './router';

/**
 * Who may make the requests that change something or that not everybody may make, whatever is in them.
 *
 * @param caller - throws for a service that has no business here
 */
export function createRights(
  { answerLinks, approvals, decisions, deputies, httpAuth }: RouterOptions,
  caller: (req: Request) => Promise<unknown>,
): Record<string, Right> {
  const user = (req: Request) => httpAuth.credentials(req, { allow: ['user'] });
  const meta: Right['meta'] = ({ id }) => ({ approvalId: id });
  const link = async (req: Request) =>
    answerLinks.assertMayUseAny(await user(req));
  return {
    'PUT /approvals/:id/vote': {
      eventId: 'approval-vote',
      meta,
      may: async (req, { id }) => decisions.assertMayVote(id, await user(req)),
    },
    'DELETE /approvals/:id/vote': {
      eventId: 'approval-vote-take-back',
      meta,
      may: async (req, { id }) => decisions.assertMayVote(id, await user(req)),
    },
    'POST /approvals/:id/withdraw': {
      eventId: 'approval-withdraw',
      meta,
      may: async (req, { id }) =>
        decisions.assertMayWithdraw(id, await user(req)),
    },
    // Whose a link is, the link itself says.
    'POST /answer-links/open': { eventId: 'approval-link-open', may: link },
    'POST /answer-links/use': { eventId: 'approval-vote', may: link },
    'POST /deputies': {
      eventId: 'approval-deputy-appoint',
      may: async req => deputies.assertMayAppoint(await user(req)),
    },
    'POST /requests': { eventId: 'approval-request', may: caller },
    'POST /requests/withdraw': { eventId: 'approval-withdraw', may: caller },
    // Those that only read, too: what a request should have had in it is nothing for a stranger.
    'GET /requests/status': { eventId: 'approval-status', may: caller },
    'GET /outcomes': { eventId: 'approval-outcomes', may: caller },
    'GET /approvals/:id/events': {
      eventId: 'approval-events',
      meta,
      may: async (req, { id }) => approvals.readable(id, await user(req)),
    },
    'POST /outcomes/acknowledge': {
      eventId: 'approval-outcomes-acknowledge',
      may: caller,
    },
  };
}
