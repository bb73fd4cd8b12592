import {
  personOutside,
  shortHash,
  TerminalError,
} from '@slipway/plugin-databases-node';

/** No sign of it means anything in a pattern of Redis. */
const DATABASE = /^[a-z][a-z0-9_]{0,40}_[0-9a-f]{10}$/;

/**
 * Everything on the server that belongs to one database, by name.
 * @internal
 */
export interface TenantNames {
  /** What each of its keys and channels begins with, before a colon. */
  database: string;
  /** The application's two logins, used in turn. */
  logins: Record<'a' | 'b', string>;
}

/** @internal */
export function tenantNames(externalName: string): TenantNames {
  if (!DATABASE.test(externalName)) {
    throw new TerminalError(
      'The name of the database on the server may only hold lowercase letters, digits and underscores, before the end that is made from its id',
    );
  }
  return {
    database: externalName,
    logins: { a: `${externalName}_a`, b: `${externalName}_b` },
  };
}

/**
 * The name of a person's login: the person's own name, as sessions show it, and
 * something that tells several logins of one person apart.
 *
 * @param person - entity ref
 * @internal
 */
export function personalLoginName(person: string, loginId: string): string {
  return `${personOutside(person, 48)}_${shortHash(loginId)}`;
}

/**
 * What matches the keys of a database, and its channels.
 * @internal
 */
export function ownPattern(database: string): string {
  return `${tenantNames(database).database}:*`;
}

/**
 * Our mark on a login. Redis has no comments on users; so each may read one key
 * that never exists and whose name holds our id. It is kept with the user itself,
 * so that no power cut can part them.
 *
 * @param id - of the database in the portal
 * @internal
 */
export function ownerMark(id: string): string {
  return `%R~slipway:owner:${id}`;
}
