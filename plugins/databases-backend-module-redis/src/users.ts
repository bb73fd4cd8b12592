import { createHash } from 'node:crypto';
import type { Reply, Session } from './RedisServer';

/**
 * A user as the server has it.
 * @internal
 */
export interface RedisUser {
  enabled: boolean;
  /** Whether anybody may log in as it. */
  open: boolean;
  /** SHA-256 of its passwords, in hexadecimal. */
  passwords: string[];
  /** The rules of its commands. */
  commands: string;
  keys: string[];
  channels: string[];
  hasSelectors: boolean;
}

/**
 * Reads users.
 *
 * @returns in the order of the names; undefined where there is none
 * @internal
 */
export async function readUsers(
  session: Session,
  names: string[],
): Promise<Array<RedisUser | undefined>> {
  const replies = await session.callAll(
    names.map(name => ['ACL', 'GETUSER', name] as const),
  );
  return replies.map(toUser);
}

/** @internal */
export function toUser(reply: Reply): RedisUser | undefined {
  if (reply instanceof Error) {
    throw reply;
  }
  if (!Array.isArray(reply)) {
    return undefined;
  }
  const fields = new Map<string, Reply>();
  for (let at = 0; at < reply.length; at += 2) {
    fields.set(String(reply[at]), reply[at + 1]);
  }
  const list = (name: string) => {
    const value = fields.get(name);
    return Array.isArray(value) ? value.map(String) : [];
  };
  const patterns = (name: string) =>
    String(fields.get(name) ?? '')
      .split(' ')
      .filter(Boolean);
  return {
    enabled: list('flags').includes('on'),
    open: list('flags').includes('nopass'),
    passwords: list('passwords'),
    commands: String(fields.get('commands') ?? ''),
    keys: patterns('keys'),
    channels: patterns('channels'),
    hasSelectors: list('selectors').length > 0,
  };
}

/**
 * How a password reaches the server, which keeps it so too.
 * @internal
 */
export function hashPassword(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}
