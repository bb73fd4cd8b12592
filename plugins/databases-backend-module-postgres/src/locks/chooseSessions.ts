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
 * Which sessions have to end for the limits to hold again: of the database that holds most, the one that holds most, and so on.
 * @internal
 */
export function chooseSessions(
  holders: LockHolder[],
  limits: LockLimits,
): LockHolder[] {
  const ofDatabase = new Map<string, number>();
  for (const { database, locks } of holders) {
    ofDatabase.set(database, (ofDatabase.get(database) ?? 0) + locks);
  }
  let inAll = holders.reduce((sum, { locks }) => sum + locks, 0);
  // By what their database held before anything is ended, so that one that does harm by many sessions goes before its neighbours.
  const weight = new Map(ofDatabase);
  const byWeight = [...holders].sort(
    (a, b) =>
      weight.get(b.database)! - weight.get(a.database)! || b.locks - a.locks,
  );
  return byWeight.filter(({ database, locks }) => {
    const held = ofDatabase.get(database)!;
    if (held <= limits.perDatabase && inAll <= limits.inAll) {
      return false;
    }
    ofDatabase.set(database, held - locks);
    inAll -= locks;
    return true;
  });
}
