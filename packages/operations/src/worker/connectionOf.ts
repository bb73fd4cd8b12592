import type { Knex } from 'knex';
import type { DatabaseOptions } from 'pg-boss';

/**
 * The plugin's own connection settings, for the two connections that pg-boss holds itself.
 *
 * @internal
 */
export function connectionOf(knex: Knex): DatabaseOptions {
  const { connection } = knex.client.config;
  if (typeof connection === 'string') {
    return { connectionString: connection };
  }
  if (typeof connection !== 'function') {
    // Knex hides the password from enumeration, so that copying the settings alone loses it.
    return { ...connection, password: connection.password };
  }
  // Settings that expire, such as a cloud's login tokens: Knex asks for them at each connect and
  // remembers the last answer; pg takes a function for the password only.
  return {
    ...knex.client.connectionSettings,
    password: async () => (await connection()).password,
  };
}
