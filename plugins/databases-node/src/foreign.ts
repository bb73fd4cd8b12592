/**
 * A database on a server that the platform does not own, by its name.
 * @public
 */
export interface ForeignDatabaseName {
  name: string;
  /** The role that owns it on the server. */
  owner: string;
  /** Absent where the platform may not know. */
  sizeBytes?: number;
}

/**
 * A login of the server that gets into a database.
 * @public
 */
export interface ForeignLogin {
  name: string;
  /** What lets it in: it is an administrator of the server, owns the database, was given the right, or everybody may. */
  by: 'administrator' | 'owner' | 'grant' | 'everybody';
  /** Sessions open there now. */
  sessions: number;
}

/**
 * What a look at a database that the platform does not own has shown. Nothing was altered by it.
 * @public
 */
export interface ForeignDatabase extends ForeignDatabaseName {
  version: string;
  encoding: string;
  /** Absent for no limit. */
  connectionLimit?: number;
  logins: ForeignLogin[];
  /** How many get in that are not in `logins`. */
  furtherLogins: number;
  /** Absent where the platform may not look inside. */
  inside?: {
    extensions: { name: string; version: string }[];
    schemas: { name: string; owner: string; tables: number }[];
  };
  /** What differs from a database that the platform has made. */
  differences: { what: string; wanted: string; found: string }[];
  /** What adopting it would change on the server, in sentences and in its order. */
  wouldChange: string[];
  /** What keeps it from being adopted, in sentences; empty when nothing is known that does. */
  obstacles: string[];
  /** What the platform may not see, in sentences. */
  unseen: string[];
}
