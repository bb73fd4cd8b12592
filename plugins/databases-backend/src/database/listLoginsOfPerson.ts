import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type { Knex } from 'knex';
import { applyCriteria, type DatabaseFilter } from './filters';
import type { PersonalLoginRow } from './rows';

/** Nobody has so many at once. */
const LISTED_AT_MOST = 200;

/** A login with the database that it opens. */
export type LoginOfPerson = PersonalLoginRow & {
  database_name: string;
  environment: string;
  owner: string;
};

/**
 * The live logins of a person, those that end last first.
 *
 * @param criteria - what the databases are narrowed to; all of them have to hold
 */
export async function listLoginsOfPerson(
  knex: Knex,
  userRef: string,
  criteria: PermissionCriteria<DatabaseFilter>[],
): Promise<LoginOfPerson[]> {
  const query = knex('personal_logins as p')
    .join('databases as d', 'd.id', 'p.database_id')
    .select('p.*', 'd.name as database_name', 'd.environment', 'd.owner')
    .where('p.user_ref', userRef)
    .whereIn('p.state', ['creating', 'active'])
    .orderBy('p.expires_at', 'desc')
    .limit(LISTED_AT_MOST);
  for (const each of criteria) {
    query.where(nested => void applyCriteria(nested, each));
  }
  return query;
}
