import { ApiBlueprint } from '@backstage/frontend-plugin-api';
import type { notificationsApiRef } from '@backstage/plugin-notifications';
import notificationsPlugin from '@backstage/plugin-notifications/alpha';
import { nameOrigins } from './nameOrigins';

const notificationsApi = notificationsPlugin
  .getExtension('api:notifications')
  .override({
    factory: originalFactory => {
      const original = originalFactory().get(ApiBlueprint.dataRefs.factory);
      return [
        ApiBlueprint.dataRefs.factory({
          ...original,
          factory: deps =>
            nameOrigins(original.factory(deps) as typeof notificationsApiRef.T),
        }),
      ];
    },
  });

/** What Slipway changes in upstream's notifications. */
export const notificationExtensions = [notificationsApi];
