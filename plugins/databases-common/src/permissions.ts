import { createPermission } from '@backstage/plugin-permission-common';

/**
 * The resource type of databases in the permission framework. A resource's ref
 * is the database's id.
 * @public
 */
export const RESOURCE_TYPE_DATABASE = 'database';

/**
 * To see which environments, sizes and providers there are, with prices and how long orders take.
 * @public
 */
export const databaseOptionsReadPermission = createPermission({
  name: 'databases.options.read',
  attributes: { action: 'read' },
});

/**
 * To see a database and its timeline. Who holds logins to it is seen with
 * {@link databaseCredentialsCreatePermission}; one's own logins are always seen.
 * @public
 */
export const databaseReadPermission = createPermission({
  name: 'databases.database.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_DATABASE,
});

/**
 * To order a database. Whether one may order for a given owner is decided by
 * the service, which looks the caller's membership up.
 * @public
 */
export const databaseCreatePermission = createPermission({
  name: 'databases.database.create',
  attributes: { action: 'create' },
});

/**
 * To order a database for a group that one does not belong to. Who may, may also start a service for it: golden
 * paths ask for the same; and hand a database on to it.
 * @public
 */
export const databaseCreateForOthersPermission = createPermission({
  name: 'databases.database.create-for-others',
  attributes: { action: 'create' },
});

/**
 * To suspend, resume, resize or retry a database.
 * @public
 */
export const databaseUpdatePermission = createPermission({
  name: 'databases.database.update',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_DATABASE,
});

/**
 * To have a backup of a database written.
 * @public
 */
export const databaseBackupPermission = createPermission({
  name: 'databases.database.backup',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_DATABASE,
});

/**
 * To have what is in a backup of a database: in its place, which puts an end to what is in it now, or in a new one.
 * @public
 */
export const databaseRestorePermission = createPermission({
  name: 'databases.database.restore',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_DATABASE,
});

/**
 * To delete a database.
 * @public
 */
export const databaseDeletePermission = createPermission({
  name: 'databases.database.delete',
  attributes: { action: 'delete' },
  resourceType: RESOURCE_TYPE_DATABASE,
});

/**
 * To hand a database on to another group. To one that one does not belong to it takes
 * {@link databaseCreateForOthersPermission} too: neither an order nor a database is put on somebody.
 * @public
 */
export const databaseHandOnPermission = createPermission({
  name: 'databases.database.hand-on',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_DATABASE,
});

/**
 * To get a personal login to a database, to see who holds one, and to revoke
 * others'.
 * @public
 */
export const databaseCredentialsCreatePermission = createPermission({
  name: 'databases.database.credentials.create',
  attributes: { action: 'create' },
  resourceType: RESOURCE_TYPE_DATABASE,
});

/**
 * To decide about the logins of the application: give the former one back, turn it off before all have moved, end all at once.
 * Without it one does not see who uses them.
 * @public
 */
export const databaseCredentialsRetirePermission = createPermission({
  name: 'databases.database.credentials.retire',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_DATABASE,
});

/**
 * To see what holds up work at a provider, to hold it up, and to let it go on.
 * @public
 */
export const databaseProviderPausePermission = createPermission({
  name: 'databases.provider.pause',
  attributes: { action: 'update' },
});

/**
 * To look at databases on the platform's servers that it does not own, which names teams' logins and what is theirs.
 * @public
 */
export const databaseImportPermission = createPermission({
  name: 'databases.database.import',
  attributes: { action: 'read' },
});

/**
 * All permissions of databases.
 * @public
 */
export const databasePermissions = [
  databaseOptionsReadPermission,
  databaseReadPermission,
  databaseCreatePermission,
  databaseCreateForOthersPermission,
  databaseUpdatePermission,
  databaseBackupPermission,
  databaseRestorePermission,
  databaseDeletePermission,
  databaseHandOnPermission,
  databaseCredentialsCreatePermission,
  databaseCredentialsRetirePermission,
  databaseProviderPausePermission,
  databaseImportPermission,
];
