import type { notificationsApiRef } from '@backstage/plugin-notifications';
import { wordForStatus } from '@slipway/ui';

type NotificationsApi = typeof notificationsApiRef.T;
type Notification = Awaited<ReturnType<NotificationsApi['getNotification']>>;

/** Plugins whose ids are no words of people. */
const TITLES: Record<string, string> = {
  policies: 'Compliance',
  scaffolder: 'Golden paths',
};

/**
 * Lets notifications say where they come from in words.
 *
 * @remarks
 *
 * Upstream's page shows the origin as it is stored, `plugin:approvals`, and has no place for a name. A topic that says the
 * same once more is left out.
 */
export function nameOrigins(api: NotificationsApi): NotificationsApi {
  const getNotifications = api.getNotifications.bind(api);
  const getNotification = api.getNotification.bind(api);
  api.getNotifications = async options => {
    const page = await getNotifications(options);
    return { ...page, notifications: page.notifications.map(named) };
  };
  api.getNotification = async id => named(await getNotification(id));
  return api;
}

function named(notification: Notification): Notification {
  const { origin, payload } = notification;
  const id = origin.replace(/^[a-z]+:/, '');
  return {
    ...notification,
    origin: TITLES[id] ?? wordForStatus(id),
    payload: {
      ...payload,
      topic: payload.topic === id ? undefined : payload.topic,
    },
  };
}
