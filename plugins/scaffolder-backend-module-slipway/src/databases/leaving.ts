import {
  databasePagePath,
  type Database,
} from '@slipway/plugin-databases-common';

/** Whether a database was deleted, be it with its grace period still to come. */
export function isLeaving({ state, purgeAfter }: Database): boolean {
  return (
    ['deleted', 'purging', 'cleaning'].includes(state) ||
    purgeAfter !== undefined
  );
}

/** What can be done for its name while a database is on its way out; nothing is said of any other. */
export function explainLeaving(database: Database): string | undefined {
  if (!isLeaving(database) || database.state === 'deleted') {
    return undefined;
  }
  return database.purgeAfter && database.state !== 'purging'
    ? `is scheduled for deletion and keeps its name until it is gone. Choose another name, or bring the database back on its page first: ${databasePagePath(database.name, database.environment)}`
    : 'is being deleted and keeps its name until it is gone. Choose another name, or wait until it is.';
}
