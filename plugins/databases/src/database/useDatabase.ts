import { useApi } from '@backstage/frontend-plugin-api';
import type { Database, DatabaseEvent } from '@slipway/plugin-databases-common';
import { databaseSignalsChannel } from '@slipway/plugin-databases-common';
import { useLive, useLoaded } from '@slipway/ui';
import { databasesApiRef } from '../api/DatabasesApi';

/** Pages of 200 events that are read at most. */
const EVENT_PAGES = 10;

/** What belongs to a database and changes with it. */
export function useDatabaseDetails(database: Database, reload: () => void) {
  const api = useApi(databasesApiRef);
  const { id, operationId, updatedAt } = database;
  const operation = useLoaded(
    async () => (operationId ? api.getOperation(operationId) : undefined),
    [api, operationId, updatedAt],
  );
  const events = useLoaded(async () => {
    const all: DatabaseEvent[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < EVENT_PAGES; page++) {
      const { items, nextCursor } = await api.getEvents(id, cursor);
      all.push(...items);
      if (!nextCursor) {
        break;
      }
      cursor = nextCursor;
    }
    return all;
  }, [api, id]);
  const logins = useLoaded(() => api.listPersonalLogins(id), [api, id]);

  const hasBackups = database.backups !== undefined;
  const backups = useLoaded(
    async () => (hasBackups ? api.listBackups(id) : { items: [] }),
    [api, id, hasBackups],
  );

  const hasLogin = database.endpoint !== undefined;
  const rotation = useLoaded(
    async () => (hasLogin ? api.getRotation(id) : undefined),
    [api, id, hasLogin],
  );

  const reloadAll = () => {
    reload();
    operation.reload();
    events.reload();
    logins.reload();
    backups.reload();
    rotation.reload();
  };
  useLive(databaseSignalsChannel(id), reloadAll);
  return { operation, events, logins, backups, rotation, reloadAll };
}
