import { usePermission } from '@backstage/plugin-permission-react';
import {
  canDo,
  type Database,
  databaseBackupPermission,
  databaseCreateForOthersPermission,
  databaseCredentialsCreatePermission,
  databaseCredentialsRetirePermission,
  databaseDeletePermission,
  databaseHandOnPermission,
  databaseRestorePermission,
  databaseUpdatePermission,
} from '@slipway/plugin-databases-common';
import { useEntityTitle } from '@slipway/ui';

/**
 * What the person may do with a database, and where not, why and who can help. The server decides
 * again; this is for what the page offers.
 */
export function useMay(database: Database) {
  const resourceRef = database.id;
  const credentials = usePermission({
    permission: databaseCredentialsCreatePermission,
    resourceRef,
  });
  const retire = usePermission({
    permission: databaseCredentialsRetirePermission,
    resourceRef,
  });
  const update = usePermission({
    permission: databaseUpdatePermission,
    resourceRef,
  });
  const backup = usePermission({
    permission: databaseBackupPermission,
    resourceRef,
  });
  const restore = usePermission({
    permission: databaseRestorePermission,
    resourceRef,
  });
  const remove = usePermission({
    permission: databaseDeletePermission,
    resourceRef,
  });
  const handOn = usePermission({
    permission: databaseHandOnPermission,
    resourceRef,
  });
  const forOthers = usePermission({
    permission: databaseCreateForOthersPermission,
  });
  const owner = useEntityTitle(database.owner);
  const all = [credentials, retire, update, backup, restore, remove, handOn];
  const loading = [...all, forOthers].some(each => each.loading);
  const isReader = !loading && !all.some(({ allowed }) => allowed);
  return {
    loading,
    connect: credentials.allowed && canDo('connect', database.state),
    grant: credentials.allowed,
    retire: retire.allowed,
    update: update.allowed,
    backup: backup.allowed,
    /** Whether they may also order is said by the service: it is asked for the group and the environment. */
    clone: backup.allowed && restore.allowed,
    restore: restore.allowed,
    remove: remove.allowed,
    handOn: handOn.allowed,
    /** To any group, and not to their own only. */
    handOnToAny: forOthers.allowed,
    /** Set when the person may only look. */
    reason: isReader
      ? `You can look but not connect or change anything: this database belongs to ${owner}. Ask somebody in ${owner}, or the platform team.`
      : undefined,
  };
}
