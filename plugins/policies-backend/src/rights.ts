import type { Right } from '@slipway/backend-utils';
import {
  policyEvaluatePermission,
  sweepCreatePermission,
} from '@slipway/plugin-policies-common';
import type { Request } from 'express';
import type { RouterOptions } from './router';

/** Why somebody may not start a sweep. */
export const ONLY_THE_PLATFORM_TEAM =
  'Only the platform team may start a sweep. One runs by itself each hour, and after each change.';

/** Who may make the requests that change something, whatever is in them. */
export function createRights({
  access,
  httpAuth,
  waivers,
}: RouterOptions): Record<string, Right> {
  const user = (req: Request) => httpAuth.credentials(req, { allow: ['user'] });
  const ofEnding = (ending: 'withdraw' | 'end'): Right => ({
    eventId: `policy-waiver-${ending}`,
    meta: ({ id }) => ({ waiverId: id }),
    may: async (req, { id }) => waivers.assertMay(ending, id, await user(req)),
  });
  return {
    'POST /evaluate': {
      eventId: 'policy-evaluate',
      may: async req =>
        access.assertHolds(
          await httpAuth.credentials(req, { allow: ['user', 'service'] }),
          policyEvaluatePermission,
          'You may not ask the policies',
        ),
    },
    'POST /waivers': {
      eventId: 'policy-waiver-request',
      may: async req => waivers.assertMayRequest(await user(req)),
    },
    'POST /waivers/:id/withdraw': ofEnding('withdraw'),
    'POST /waivers/:id/end': ofEnding('end'),
    'POST /sweeps': {
      eventId: 'policy-sweep',
      may: async req =>
        access.assertHolds(
          await user(req),
          sweepCreatePermission,
          ONLY_THE_PLATFORM_TEAM,
        ),
    },
  };
}
