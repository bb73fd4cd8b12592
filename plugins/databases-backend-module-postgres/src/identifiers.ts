import {
  nameOutside,
  personOutside,
  shortHash,
  TerminalError,
} from '@slipway/plugin-databases-node';

const DATABASE = /^[a-z][a-z0-9_]{2,50}$/;
const ROLE = /^[a-z0-9][a-z0-9_.-]{2,62}$/;

/**
 * The name of a database on the server: readable, and different for each id.
 * 40 characters of name, `_` and 10 of the id's hash leave 12 bytes of the 63
 * that Postgres allows for what roles add.
 *
 * @internal
 */
export function toExternalName(input: { id: string; name: string }): string {
  return nameOutside(input);
}

/**
 * Everything on the server that belongs to one database, by name.
 * @public
 */
export interface TenantNames {
  database: string;
  /** Owns the database and bears the marker. No tenant is a member. */
  platform: string;
  /** Owns schemas and what is in them; nobody logs in as it. */
  owner: string;
  rw: string;
  ro: string;
  logins: Record<'a' | 'b', string>;
}

/**
 * What belongs to the database of this name.
 *
 * @throws TerminalError when it is not a name that we give
 * @public
 */
export function tenantNames(externalName: string): TenantNames {
  if (!DATABASE.test(externalName)) {
    throw new TerminalError(
      'The name of the database on the server may only hold lowercase letters, digits and underscores',
    );
  }
  return {
    database: externalName,
    platform: `${externalName}_platform`,
    owner: `${externalName}_owner`,
    rw: `${externalName}_rw`,
    ro: `${externalName}_ro`,
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
export function personalRoleName(person: string, loginId: string): string {
  return `${personName(person)}_${shortHash(loginId)}`;
}

/**
 * A person's name as it is in the names of their logins. Of such a name it is the
 * same.
 *
 * @param person - entity ref
 * @internal
 */
export function personName(person: string): string {
  // Postgres keeps names that begin with pg_ for itself.
  return personOutside(person, 48).replace(/^pg_/, 'pg-');
}

/**
 * The name of the login of a program, which dumps or fills a database.
 *
 * @param suffix - 6 hexadecimal digits that tell several of them apart
 * @internal
 */
export function toolRoleName(
  externalName: string,
  use: 'backup' | 'restore',
  suffix: string,
): string {
  return `${externalName}_${{ backup: 'dump', restore: 'fill' }[use]}_${suffix}`;
}

/** @internal */
export function isToolRoleName(name: string): boolean {
  return /_(dump|fill)_[0-9a-f]{6}$/.test(name);
}

/**
 * Quotes a name that was made here. Names are letters, digits and a few signs
 * only; whatever else comes along is a bug or an attack and is not quoted away.
 *
 * @internal
 */
export function quoteName(name: string): string {
  if (!ROLE.test(name)) {
    throw new TerminalError(
      'A name on the server holds characters that are not allowed',
    );
  }
  return `"${name}"`;
}

/** @internal */
export function quoteText(text: string): string {
  if (text.includes('\0')) {
    throw new TerminalError('A text for the server holds a zero byte');
  }
  // The E form reads the same whatever standard_conforming_strings says.
  return `E'${text.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;
}
