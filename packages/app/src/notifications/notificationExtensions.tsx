import {
  ApiBlueprint,
  coreExtensionData,
} from '@backstage/frontend-plugin-api';
import type { notificationsApiRef } from '@backstage/plugin-notifications';
import notificationsPlugin from '@backstage/plugin-notifications/alpha';
import { nameOrigins } from './nameOrigins';
import styles from './notificationExtensions.module.css';

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

/** Upstream's page, with room on a phone. */
const notificationsPage = notificationsPlugin
  .getExtension('page:notifications')
  .override({
    factory: originalFactory => {
      const original = originalFactory();
      return [
        ...original,
        coreExtensionData.reactElement(
          <div className={styles.frame}>
            {original.get(coreExtensionData.reactElement)}
          </div>,
        ),
      ];
    },
  });

/** What Slipway changes in upstream's notifications. */
export const notificationExtensions = [notificationsApi, notificationsPage];
