import { Session } from '../RedisServer';

/**
 * The sessions on the server: their ids, by login, the oldest first.
 * @internal
 */
export async function listSessions(
  session: Session,
): Promise<Map<string, number[]>> {
  const text = String(await session.call('CLIENT', 'LIST'));
  const sessions = new Map<string, number[]>();
  for (const line of text.split('\n')) {
    // A name of a session holds no blanks, so that nobody can write more fields.
    const id = /^id=(\d+) /.exec(line)?.[1];
    const user = / user=(\S+)/.exec(line)?.[1];
    if (id && user) {
      sessions.set(user, [...(sessions.get(user) ?? []), Number(id)]);
    }
  }
  sessions.forEach(ids => ids.sort((one, other) => one - other));
  return sessions;
}
