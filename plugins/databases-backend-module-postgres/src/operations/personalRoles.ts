import { personalRoleName } from '../identifiers';
import { PersonalMarker, readMarker } from '../marker';
import { Session } from '../PostgresServer';

/** @internal */
export interface PersonalRole {
  name: string;
  marker: PersonalMarker;
  validUntil: Date;
  sessions: number;
}

/**
 * The personal logins of one database, oldest end first.
 * @internal
 */
export async function listPersonalRoles(
  session: Session,
  databaseId: string,
): Promise<PersonalRole[]> {
  const { rows } = await session.query(
    `SELECT r.rolname, r.rolvaliduntil, d.description,
            (SELECT count(*)::int FROM pg_stat_activity WHERE usesysid = r.oid) AS sessions
       FROM pg_shdescription d JOIN pg_roles r ON r.oid = d.objoid
      WHERE d.classoid = 'pg_authid'::regclass AND strpos(d.description, $1) > 0
      ORDER BY r.rolvaliduntil, r.rolname`,
    [databaseId],
  );
  return rows.flatMap(row => {
    const marker = readMarker(row.description);
    return marker?.kind === 'personal' &&
      marker.id === databaseId &&
      // A copied comment on another role does not make it ours.
      row.rolname === personalRoleName(marker.person, marker.loginId)
      ? [
          {
            name: row.rolname,
            marker,
            validUntil: row.rolvaliduntil,
            sessions: row.sessions,
          },
        ]
      : [];
  });
}
