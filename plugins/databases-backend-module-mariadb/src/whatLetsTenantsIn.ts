import type { RowDataPacket } from 'mysql2/promise';

/** The oldest MariaDB that we know to keep tenants apart. */
const OLDEST = [10, 6];

/**
 * Says what makes a server unfit for several tenants; empty when nothing does.
 *
 * @param run - runs a statement
 * @returns sentences with what to do about it
 * @internal
 */
export async function whatLetsTenantsIn(
  run: (sql: string) => Promise<RowDataPacket[]>,
): Promise<string[]> {
  const [{ version, events, links }] = await run(
    'SELECT VERSION() AS version, @@event_scheduler AS events, @@have_symlink AS links',
  );
  const [major, minor] = String(version).split('.').map(Number);
  if (
    !/mariadb/i.test(version) ||
    major < OLDEST[0] ||
    (major === OLDEST[0] && minor < OLDEST[1])
  ) {
    return [
      `It is ${version}. Use MariaDB ${OLDEST.join('.')} or newer: others have neither the rights nor the clock for logins that this needs.`,
    ];
  }
  const problems: string[] = [];
  if (events !== 'ON') {
    problems.push(
      'Its event scheduler is off, and ends people’s logins at their time. Set event_scheduler=ON.',
    );
  }
  if (links !== 'DISABLED') {
    problems.push(
      'Whoever makes tables may have their files written into any folder of the server, a neighbour’s too (DATA DIRECTORY). Set symbolic-links=0 and start it again.',
    );
  }
  const open = await run(
    `SELECT DISTINCT Db FROM mysql.db WHERE User = '' ORDER BY Db`,
  );
  const everybodys = [
    ...open.map(({ Db }) => `rights on \`${Db}\`.*`),
    ...(hasPublic(major, minor) ? await listPublicGrants(run) : []),
  ];
  if (everybodys.length > 0) {
    problems.push(
      `Everybody has ${everybodys.join('; ')}. Revoke what PUBLIC and nameless logins have, or drop the database "test" with it.`,
    );
  }
  const nobody = await run(
    `SELECT Host FROM mysql.global_priv WHERE User = '' AND coalesce(JSON_VALUE(Priv, '$.is_role'), 'false') = 'false'`,
  );
  if (nobody.length > 0) {
    problems.push('It has logins without a name. Drop them.');
  }
  return problems;
}

/** Before that, PUBLIC is a login like others. */
function hasPublic(major: number, minor: number): boolean {
  return major > 10 || minor >= 11;
}

/** What is given to PUBLIC: on the whole server, on databases, on single tables and routines, and roles. Everybody may see it. */
async function listPublicGrants(
  run: (sql: string) => Promise<RowDataPacket[]>,
): Promise<string[]> {
  const rows = await run('SHOW GRANTS FOR PUBLIC');
  return rows
    .map(row => String(Object.values(row)[0]))
    .filter(
      grant =>
        / TO PUBLIC\b/.test(grant) && !grant.startsWith('GRANT USAGE ON *.* '),
    )
    .map(grant => grant.replace(/^GRANT (.*) TO PUBLIC\b.*$/, '$1'));
}
