import {
  nameOutside,
  personOutside,
  shortHash,
  TerminalError,
} from '@slipway/plugin-databases-node';

/** Begins the name of each database of ours: the provisioner has rights on these alone. */
export const DATABASE_PREFIX = 'sw_';

const DATABASE = /^sw_[a-z0-9_]{1,40}_[0-9a-f]{10}$/;
const LOGIN = /^[a-z0-9][a-z0-9_.-]{2,31}$/;

/**
 * The name of a database on the server: readable, and different for each id.
 * Short enough for the 64 characters of MariaDB.
 *
 * @internal
 */
export function toExternalName(input: { id: string; name: string }): string {
  return `${DATABASE_PREFIX}${nameOutside(input)}`;
}

/**
 * Everything on the server that belongs to one database, by name.
 * @internal
 */
export interface TenantNames {
  database: string;
  /** The application's two logins, used in turn. */
  logins: Record<'a' | 'b', string>;
}

/** @internal */
export function tenantNames(externalName: string): TenantNames {
  if (!DATABASE.test(externalName)) {
    throw new TerminalError(
      'The name of the database on the server may only hold lowercase letters, digits and underscores, between "sw_" and the end that is made from its id',
    );
  }
  const hash = externalName.slice(-10);
  // 32 characters, which MySQL allows: other tools stop there.
  const readable = externalName.slice(DATABASE_PREFIX.length, -11).slice(0, 18);
  return {
    database: externalName,
    logins: { a: `${readable}_${hash}_a`, b: `${readable}_${hash}_b` },
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
  return `${personOutside(person, 21)}_${shortHash(loginId)}`;
}

/**
 * Quotes the name of a database that was made here. Whatever else comes along is
 * a bug or an attack and is not quoted away.
 *
 * @internal
 */
export function quoteDatabase(name: string): string {
  if (!DATABASE.test(name)) {
    throw new TerminalError('The name of a database is not one of ours');
  }
  return `\`${name}\``;
}

/**
 * The same as the object of GRANT, where `_` stands for any character unless a
 * backslash comes before it.
 *
 * @internal
 */
export function quoteGrantedDatabase(name: string): string {
  return quoteDatabase(name).replace(/_/g, '\\_');
}

/**
 * Quotes a login that was made here.
 * @internal
 */
export function quoteLogin(name: string): string {
  if (!LOGIN.test(name)) {
    throw new TerminalError(
      'The name of a login holds characters that are not allowed',
    );
  }
  return `'${name}'@'%'`;
}
