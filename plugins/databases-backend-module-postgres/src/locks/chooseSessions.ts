/**
 * A session that holds places in the server's table of locks.
 * @internal
 */
export interface LockHolder {
  pid: number;
  /** When the session began, as the server writes it: process ids come again. */
  startedAt: string;
  database: string;
  login: string;
  /** Of a person's login; the application's two have none. */
  loginId?: string;
  /** Whose login it is, as the name of its role says it. */
  person?: string;
  /** Whether it is the platform that works there, with a program of Postgres. */
  isTool?: boolean;
  locks: number;
}

/**
 * How many places of the table tenants may have.
 * @internal
 */
export interface LockLimits {
  /** All sessions of one database together. */
  perDatabase: number;
  /** All tenants together. */
  inAll: number;
}

/**
 * Sessions that have to end.
 * @internal
 */
export interface ChosenSessions {
  /** By them a database holds more than it may. */
  offenders: LockHolder[];
  /** They hold no more than they may, but all together hold too much. */
  others: LockHolder[];
}

/**
 * Which sessions have to end for the limits to hold again.
 *
 * @remarks
 *
 * In a database that holds too much, those with the most locks. An application that is within the limit is not ended for what
 * people hold beside it.
 *
 * When nobody holds too much and the table is nearly full all the same, it is those whose databases hold most in all, with the most locks
 * first. The databases of one owner count together: whoever has several could fill the table with them, and so have a neighbour ended.
 *
 * What the platform itself holds in a database for a dump counts against all together, and not against the tenant.
 *
 * @param ownerOf - whose a database is; one whose owner is not known counts by itself
 * @internal
 */
export function chooseSessions(
  holders: LockHolder[],
  limits: LockLimits,
  ownerOf: (database: string) => string | undefined = () => undefined,
): ChosenSessions {
  const ofTenants = holders.filter(({ isTool }) => !isTool);
  const offenders = [...groupBy(ofTenants, ({ database }) => database)].flatMap(
    ([, sessions]) => chooseOffenders(sessions, limits.perDatabase),
  );
  const rest = holders.filter(each => !offenders.includes(each));
  const groups = groupBy(rest, ({ database }) => ownerOf(database) ?? database);
  const byWeight = [...groups.values()]
    .sort((a, b) => sum(b) - sum(a))
    .flatMap(mostFirst);
  return { offenders, others: choose(byWeight, sum(rest) - limits.inAll) };
}

/** Of the sessions of one database. */
function chooseOffenders(sessions: LockHolder[], limit: number): LockHolder[] {
  const application = sessions.filter(({ loginId }) => !loginId);
  const people = sessions.filter(({ loginId }) => loginId);
  const ended = choose(mostFirst(application), sum(application) - limit);
  const excess = sum(sessions) - sum(ended) - limit;
  return [...ended, ...choose(mostFirst(people), excess)];
}

/** The first ones, as many as it takes to give so many places back. */
function choose(sessions: LockHolder[], places: number): LockHolder[] {
  let left = places;
  return sessions.filter(({ locks }) => {
    const isNeeded = left > 0;
    if (isNeeded) left -= locks;
    return isNeeded;
  });
}

function mostFirst(sessions: LockHolder[]): LockHolder[] {
  return [...sessions].sort((a, b) => b.locks - a.locks);
}

function sum(sessions: LockHolder[]): number {
  return sessions.reduce((total, { locks }) => total + locks, 0);
}

/**
 * The sessions by a key of each.
 * @internal
 */
export function groupBy(
  sessions: LockHolder[],
  keyOf: (session: LockHolder) => string,
): Map<string, LockHolder[]> {
  const groups = new Map<string, LockHolder[]>();
  for (const session of sessions) {
    const group = groups.get(keyOf(session)) ?? [];
    groups.set(keyOf(session), [...group, session]);
  }
  return groups;
}
