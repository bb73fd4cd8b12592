import { isResourcePermission } from '@backstage/plugin-permission-common';
import { databasePermissions, RESOURCE_TYPE_DATABASE } from './permissions';

describe('databasePermissions', () => {
  it('are named once each, and all but looking at what is offered, creating, pausing and importing are about one database', () => {
    expect(databasePermissions.map(p => p.name)).toEqual([
      'databases.options.read',
      'databases.database.read',
      'databases.database.create',
      'databases.database.create-for-others',
      'databases.database.update',
      'databases.database.backup',
      'databases.database.restore',
      'databases.database.delete',
      'databases.database.hand-on',
      'databases.database.credentials.create',
      'databases.database.credentials.retire',
      'databases.provider.pause',
      'databases.database.import',
    ]);
    expect(
      databasePermissions.filter(
        p => !isResourcePermission(p, RESOURCE_TYPE_DATABASE),
      ),
    ).toMatchObject([
      { name: 'databases.options.read' },
      { name: 'databases.database.create' },
      { name: 'databases.database.create-for-others' },
      { name: 'databases.provider.pause' },
      { name: 'databases.database.import' },
    ]);
  });
});
