import { useApi } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import { useLoaded } from '@slipway/ui';
import { DateTime } from 'luxon';
import { databasesApiRef } from '../api/DatabasesApi';

/** Says what the new database will hold, where that is known. */
export function BeginsWithBackup(props: {
  backupId: string;
  /** Whose backup it is, when the link says so. */
  databaseId?: string;
}) {
  const { backupId, databaseId } = props;
  const api = useApi(databasesApiRef);
  const found = useLoaded(async () => {
    if (!databaseId) return {};
    const database = await api.get(databaseId);
    for (let cursor: string | undefined; ;) {
      const page = await api.listBackups(databaseId, cursor);
      const backup = page.items.find(({ id }) => id === backupId);
      if (backup || !page.nextCursor) return { database, backup };
      cursor = page.nextCursor;
    }
  }, [api, databaseId, backupId]);
  if (!found.value && !found.error) return null;
  const { database, backup } = found.value ?? {};
  if (!backup || backup.state !== 'kept') {
    return (
      <Alert
        status="warning"
        icon
        title="The backup that it should begin with was not found"
        description={`${backup ? `It is ${backup.state} by now. ` : ''}What the new database will hold cannot be said here; the order is refused unless it is a backup that is kept and that you may restore. Choose one in the list of backups of its database.`}
      />
    );
  }
  const when = backup.takenAt
    ? ` from ${DateTime.fromISO(backup.takenAt).toFormat('d LLLL yyyy, HH:mm')}`
    : '';
  return (
    <Alert
      status="info"
      icon
      title={`It will hold what is in the backup of ${database?.name} (${database?.environment})${when}`}
      description="Logins are new, and nothing happens to the database that the backup is of."
    />
  );
}
