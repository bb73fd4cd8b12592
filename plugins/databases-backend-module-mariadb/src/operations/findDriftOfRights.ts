import { ObservedDrift } from '@slipway/plugin-databases-node';
import { TenantNames } from '../identifiers';
import { Session } from '../MariaDbServer';
import { rights } from './rights';

/** Where the server's columns are not called as the right is. */
const COLUMNS: Record<string, string> = {
  'CREATE TEMPORARY TABLES': 'Create_tmp_table_priv',
};

/** Each right of the application, by the column of `mysql.db` that has it. */
const WANTED = new Map(
  rights.application.split(', ').map(right => [columnOf(right), right]),
);

/**
 * What the application's logins may not do that they should, which is mended by running the steps again; and what somebody has
 * given them beyond, or has made under their names, which is not ours to take away.
 *
 * @remarks
 *
 * Rights on single tables, and roles, are seen by the probe of a login only: the platform cannot read them.
 * @internal
 */
export async function findDriftOfRights(
  session: Session,
  names: TenantNames,
): Promise<ObservedDrift[]> {
  const logins = Object.values(names.logins);
  const accounts = await session.query(
    `SELECT User AS user, Host AS host, coalesce(JSON_VALUE(Priv, '$.access'), 0) AS access
       FROM mysql.global_priv WHERE User IN (?) ORDER BY User, Host`,
    [logins],
  );
  const databases = await session.query(
    'SELECT * FROM mysql.db WHERE User IN (?) ORDER BY User, Db, Host',
    [logins],
  );
  const missing: string[] = [];
  const beyond: string[] = [];
  const onDatabase = names.database.replace(/_/g, '\\_');
  for (const { user, host, access } of accounts) {
    if (host !== '%') {
      // Whoever comes from there is taken for this one, whose password and rights are others.
      beyond.push(`another login '${user}'@'${host}'`);
      continue;
    }
    if (Number(access) !== 0) {
      beyond.push(`rights on the whole server for ${user}`);
    }
    const own = databases.find(
      row => row.User === user && row.Host === '%' && row.Db === onDatabase,
    );
    missing.push(
      ...[...WANTED]
        .filter(([column]) => own?.[column] !== 'Y')
        .map(([, right]) => `no ${right} for ${user}`),
    );
  }
  for (const row of databases) {
    const given = Object.keys(row).filter(
      column => column.endsWith('_priv') && row[column] === 'Y',
    );
    const isOwn = row.Db === onDatabase && row.Host === '%';
    beyond.push(
      ...(isOwn
        ? given
            .filter(column => !WANTED.has(column))
            .map(column => `${rightOf(column)} for ${row.User}`)
        : [`rights on "${row.Db}" for '${row.User}'@'${row.Host}'`]),
    );
  }
  return [
    ...(missing.length
      ? [
          {
            what: 'rights',
            wanted: 'all that the application has on its database',
            found: missing.join(', '),
          },
        ]
      : []),
    ...(beyond.length
      ? [
          {
            isForOwner: true,
            what: 'rights-beyond',
            wanted: 'none; an administrator of the server takes them away',
            found: [...new Set(beyond)].join(', '),
          },
        ]
      : []),
  ];
}

/** `Create_view_priv` */
function columnOf(right: string): string {
  const words = right.toLowerCase().replaceAll(' ', '_');
  return COLUMNS[right] ?? `${words[0].toUpperCase()}${words.slice(1)}_priv`;
}

function rightOf(column: string): string {
  return column
    .replace(/_priv$/, '')
    .replaceAll('_', ' ')
    .toUpperCase();
}
