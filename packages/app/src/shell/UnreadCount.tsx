import { notificationsApiRef } from '@backstage/plugin-notifications';
import { useApi } from '@backstage/frontend-plugin-api';
import { useSignal } from '@backstage/plugin-signals-react';
import useAsync from 'react-use/esm/useAsync';
import styles from './Shell.module.css';

/** How many notifications wait to be read. Follows the signals from the server. */
export function UnreadCount() {
  const notificationsApi = useApi(notificationsApiRef);
  const { lastSignal } = useSignal('notifications');
  const { value } = useAsync(
    () => notificationsApi.getStatus(),
    [notificationsApi, lastSignal],
  );
  if (!value?.unread) {
    return null;
  }
  return (
    <span className={styles.count} aria-label={`${value.unread} unread`}>
      {value.unread > 99 ? '99+' : value.unread}
    </span>
  );
}
