import type { Right } from '@slipway/backend-utils';
import type { Request } from 'express';
import type { RouterOptions } from './router';

/** What can be asked of a database without saying more. */
export const CHANGES = [
  'suspend',
  'resume',
  'retry',
  'cancel',
  'give-up',
  'rotate',
  'undo-rotation',
  'retire-login',
  'revoke-logins',
  'backup',
  'withdraw-resize',
] as const;

/** Who may make the requests that change something, whatever is in them. */
export function createRights(options: RouterOptions): Record<string, Right> {
  const { access, changes, handingOn, httpAuth, logins } = options;
  const user = (req: Request) => httpAuth.credentials(req, { allow: ['user'] });
  const meta: Right['meta'] = ({ id }) => ({ databaseId: id });
  const ofChanges = [
    ...CHANGES,
    'delete' as const,
    'extend' as const,
    'resize' as const,
    'restore' as const,
  ].map((type): [string, Right] => [
    `POST /databases/:id/${type}`,
    {
      eventId: `database-${type}`,
      meta,
      may: async (req, { id }) => changes.assertMay(id, type, await user(req)),
    },
  ]);
  return {
    ...Object.fromEntries(ofChanges),
    'POST /databases': {
      eventId: 'database-create',
      may: async req => access.assertMayOrder(await user(req)),
    },
    'POST /databases/:id/owner': {
      eventId: 'database-hand-on',
      meta,
      may: async (req, { id }) => handingOn.assertMay(id, await user(req)),
    },
    'POST /databases/:id/personal-logins': {
      eventId: 'personal-login-create',
      meta,
      may: async (req, { id }) => logins.assertMayCreate(id, await user(req)),
    },
    'PUT /pauses/:providerId': {
      eventId: 'provider-pause',
      meta: ({ providerId }) => ({ providerId }),
      may: async req => access.assertMayPause(await user(req)),
    },
  };
}
