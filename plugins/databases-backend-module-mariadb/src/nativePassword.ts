import { createHash } from 'node:crypto';

/**
 * What MariaDB stores for a password with `mysql_native_password`: `*` and
 * SHA1(SHA1(password)) in capitals. With it a password reaches the server, and
 * whatever logs statements there, as a hash only. Our passwords are long and random, so that it says nothing about them.
 *
 * Source: https://mariadb.com/kb/en/authentication-plugin-mysql_native_password/
 *
 * @internal
 */
export function nativePassword(password: string): string {
  const once = createHash('sha1').update(password).digest();
  return `*${createHash('sha1').update(once).digest('hex').toUpperCase()}`;
}
