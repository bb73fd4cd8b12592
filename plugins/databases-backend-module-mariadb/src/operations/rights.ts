import type { PersonalLoginAccess } from '@slipway/plugin-databases-common';

const READ = 'SELECT, SHOW VIEW';
const WRITE = `${READ}, INSERT, UPDATE, DELETE, EXECUTE, LOCK TABLES`;

/**
 * What logins may do in their own database.
 *
 * @remarks
 *
 * Nobody gets EVENT: what the server does by its clock goes on when a login is
 * off. Nobody gets GRANT OPTION. A person makes no views, triggers and routines:
 * they run as whoever made them, and would stop working with the person's login.
 * @internal
 */
export const rights = {
  application: `${WRITE}, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, CREATE VIEW, CREATE ROUTINE, ALTER ROUTINE, TRIGGER`,
  'read-only': READ,
  'read-write': WRITE,
  schema: `${WRITE}, CREATE, DROP, REFERENCES, INDEX, ALTER`,
} satisfies Record<PersonalLoginAccess | 'application', string>;
