import { ConflictError, NotFoundError } from '@backstage/errors';
import type { Knex } from 'knex';
import type { PersonalLoginRow } from './rows';

/** Live logins of one person on one database, so that nobody fills the server with roles. */
const MOST_LIVE_LOGINS = 5;

/** People whose right to a login is looked up when a database is handed on. */
const HOLDERS_AT_MOST = 1000;

/** Overdue logins that one sweep takes on. */
const OVERDUE_AT_MOST = 200;

/** Ended logins that are forgotten in one statement. */
const FORGOTTEN_AT_MOST = 1000;

/** Notes a login before it is made outside. ConflictError when the database has another owner than the one for whom it may be given. */
export async function insertLogin(
  trx: Knex.Transaction,
  login: Pick<
    PersonalLoginRow,
    'id' | 'database_id' | 'user_ref' | 'access' | 'reason'
  > & { hours: number; owner: string },
): Promise<PersonalLoginRow> {
  const { hours, owner, ...row } = login;
  // One at a time for a database, so that the count below holds.
  const database = await trx<{ id: string; name: string; owner: string }>(
    'databases',
  )
    .where({ id: login.database_id })
    .forUpdate()
    .first('name', 'owner');
  if (database && database.owner !== owner) {
    throw new ConflictError(
      `${database.name} was just handed on to ${database.owner}. Look at it again.`,
    );
  }
  const [{ count }] = await trx('personal_logins')
    .where({ database_id: login.database_id, user_ref: login.user_ref })
    .whereIn('state', ['creating', 'active'])
    .count({ count: '*' });
  if (Number(count) >= MOST_LIVE_LOGINS) {
    throw new ConflictError(
      `You have ${MOST_LIVE_LOGINS} logins to this database already. Revoke one first.`,
    );
  }
  const [inserted] = await trx<PersonalLoginRow>('personal_logins').insert(
    {
      ...row,
      state: 'creating',
      created_at: trx.fn.now(),
      expires_at: trx.raw(`now() + ? * interval '1 hour'`, [hours]),
    },
    '*',
  );
  return inserted;
}

/** The logins of a database, or of one person to it; the newest first. */
export async function listLogins(
  knex: Knex,
  databaseId: string,
  userRef?: string,
): Promise<PersonalLoginRow[]> {
  return knex<PersonalLoginRow>('personal_logins')
    .where({ database_id: databaseId, ...(userRef && { user_ref: userRef }) })
    .orderBy('created_at', 'desc')
    .limit(200);
}

export async function getLogin(
  knex: Knex,
  databaseId: string,
  id: string,
): Promise<PersonalLoginRow> {
  const row = await findLogin(knex, databaseId, id);
  if (!row) {
    throw new NotFoundError(`There is no login with the id '${id}'`);
  }
  return row;
}

/** As {@link getLogin}; nothing when there is none. */
export async function findLogin(
  knex: Knex,
  databaseId: string,
  id: string,
): Promise<PersonalLoginRow | undefined> {
  return knex<PersonalLoginRow>('personal_logins')
    .where({ id, database_id: databaseId })
    .first();
}

/** The reveal is burnt when this is committed. False when somebody revoked it meanwhile. */
export async function activateLogin(
  trx: Knex.Transaction,
  id: string,
  username: string,
): Promise<boolean> {
  const updated = await trx<PersonalLoginRow>('personal_logins')
    .where({ id, state: 'creating' })
    .whereNull('revoke_requested_at')
    .update({ state: 'active', username });
  return updated === 1;
}

/** Asks for a login to be revoked; whoever gets through to the server does it. */
export async function requestRevocation(knex: Knex, id: string): Promise<void> {
  await knex('personal_logins')
    .where({ id })
    .whereIn('state', ['creating', 'active'])
    .whereNull('revoke_requested_at')
    .update({ revoke_requested_at: knex.fn.now() });
}

/** The people who have live logins to a database. */
export async function listLoginHolders(
  knex: Knex,
  databaseId: string,
): Promise<string[]> {
  return (
    knex('personal_logins')
      .where({ database_id: databaseId })
      .whereIn('state', ['creating', 'active'])
      .distinct('user_ref')
      // Whoever is not among them loses theirs, which is the safe way to be wrong.
      .limit(HOLDERS_AT_MOST)
      .pluck('user_ref')
  );
}

/** As {@link requestRevocation}, for all live logins to a database but those of some people. Returns which. */
export async function requestRevocationOfOthers(
  trx: Knex.Transaction,
  databaseId: string,
  keeps: string[],
): Promise<Pick<PersonalLoginRow, 'id' | 'user_ref'>[]> {
  return trx<PersonalLoginRow>('personal_logins')
    .where({ database_id: databaseId })
    .whereIn('state', ['creating', 'active'])
    .whereNull('revoke_requested_at')
    .whereNotIn('user_ref', keeps)
    .update({ revoke_requested_at: trx.fn.now() as never }, ['id', 'user_ref']);
}

/** Live logins to a database that are to be revoked. */
export async function listToBeRevoked(
  knex: Knex,
  databaseId: string,
): Promise<string[]> {
  return knex('personal_logins')
    .where({ database_id: databaseId })
    .whereIn('state', ['creating', 'active'])
    .whereNotNull('revoke_requested_at')
    .orderBy('created_at')
    .pluck('id');
}

/** Notes that a login is gone from the server. False when that was known already. */
export async function finishLogin(knex: Knex, id: string): Promise<boolean> {
  const finished = await knex('personal_logins')
    .where({ id })
    .whereIn('state', ['creating', 'active'])
    .update({
      state: knex.raw(
        `CASE WHEN state = 'creating' THEN 'failed' WHEN revoke_requested_at IS NOT NULL THEN 'revoked' ELSE 'expired' END`,
      ),
      revoked_at: knex.fn.now(),
    });
  return finished === 1;
}

/** Notes that all logins of a database are gone, because it was suspended or destroyed. */
export async function finishAllLogins(
  knex: Knex,
  databaseId: string,
): Promise<void> {
  await knex('personal_logins')
    .where({ database_id: databaseId })
    .whereIn('state', ['creating', 'active'])
    .update({ state: 'revoked', revoked_at: knex.fn.now() });
}

/**
 * Logins that should not be on the server any more: expired, to be revoked, or begun so long ago
 * that whoever made them must have died before the password was shown.
 *
 * @remarks
 *
 * The providers take turns, so that one that cannot be reached leaves room for the others.
 */
export async function listOverdueLogins(
  knex: Knex,
): Promise<PersonalLoginRow[]> {
  return knex('personal_logins as l')
    .join('databases as d', 'd.id', 'l.database_id')
    .whereIn('l.state', ['creating', 'active'])
    .where(query =>
      query
        .where('l.expires_at', '<=', knex.fn.now())
        .orWhereNotNull('l.revoke_requested_at')
        .orWhere(stuck =>
          stuck
            .where({ 'l.state': 'creating' })
            .whereRaw(`l.created_at < now() - interval '2 minutes'`),
        ),
    )
    .orderByRaw(
      `row_number() OVER (PARTITION BY d.provider_id ORDER BY l.expires_at), l.expires_at`,
    )
    .limit(OVERDUE_AT_MOST)
    .select<PersonalLoginRow[]>('l.*');
}

/** Forgets a batch of logins that ended long ago. Returns how many. */
export async function forgetEndedLogins(
  knex: Knex,
  options: { olderThanDays: number },
): Promise<number> {
  return knex('personal_logins')
    .whereIn(
      'id',
      knex('personal_logins')
        .whereNotIn('state', ['creating', 'active'])
        .whereRaw(`revoked_at < now() - ? * interval '1 day'`, [
          options.olderThanDays,
        ])
        .orderBy('revoked_at')
        .limit(FORGOTTEN_AT_MOST)
        .forUpdate()
        .skipLocked()
        .select('id'),
    )
    .delete();
}
