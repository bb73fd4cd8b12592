import { useApi } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import { useLoaded } from '@slipway/ui';
import { DateTime } from 'luxon';
import { databasesApiRef } from '../api/DatabasesApi';

/** Says what the new database will hold. */
export function BeginsWithBackup(props: {
  backupId: string;
  /** Whose backup it is, when the link says so. */
  databaseId?: string;
}) {
  const { backupId, databaseId } = props;
  const api = useApi(databasesApiRef);
  const found = useLoaded(async () => {
    if (!databaseId) return undefined;
    const [database, { items }] = await Promise.all([
      api.get(databaseId),
      api.listBackups(databaseId),
    ]);
    return { database, backup: items.find(({ id }) => id === backupId) };
  }, [api, databaseId, backupId]);
  const takenAt = found.value?.backup?.takenAt;
  const of = found.value
    ? ` of ${found.value.database.name} (${found.value.database.environment})`
    : '';
  const when = takenAt
    ? ` from ${DateTime.fromISO(takenAt).toFormat('d LLLL yyyy, HH:mm')}`
    : '';
  return (
    <Alert
      status="info"
      icon
      title={`It will hold what is in the backup${of}${when}`}
      description="Logins are new, and nothing happens to the database that the backup is of."
    />
  );
}
