import { usePermission } from '@backstage/plugin-permission-react';
import {
  canDo,
  type Database,
  databaseCredentialsCreatePermission,
  databaseDeletePermission,
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
  const update = usePermission({
    permission: databaseUpdatePermission,
    resourceRef,
  });
  const remove = usePermission({
    permission: databaseDeletePermission,
    resourceRef,
  });
  const owner = useEntityTitle(database.owner);
  const loading = credentials.loading || update.loading || remove.loading;
  const isReader =
    !loading && !credentials.allowed && !update.allowed && !remove.allowed;
  return {
    loading,
    connect: credentials.allowed && canDo('connect', database.state),
    grant: credentials.allowed,
    update: update.allowed,
    remove: remove.allowed,
    /** Set when the person may only look. */
    reason: isReader
      ? `You can look but not connect or change anything: this database belongs to ${owner}. Ask somebody in ${owner}, or the platform team.`
      : undefined,
  };
}
