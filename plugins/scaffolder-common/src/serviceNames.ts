import {
  DATABASE_NAME_MAX_LENGTH,
  explainDatabaseName,
} from '@slipway/plugin-databases-common';

const DATABASE_SUFFIX = '-db';

/**
 * The database that a service gets with it.
 * @public
 */
export function databaseNameOf(service: string): string {
  return `${service}${DATABASE_SUFFIX}`;
}

/**
 * Looks the name of a new service over. It also becomes the name of a
 * database, of Kubernetes objects and of a package, which decide together.
 *
 * @returns what is wrong and how to mend it, without the field's name;
 *   `undefined` when it is fine
 * @public
 */
export function explainServiceName(name: string): string | undefined {
  const longest = DATABASE_NAME_MAX_LENGTH - DATABASE_SUFFIX.length;
  if (name.length > longest) {
    return `is ${name.length} characters long. Shorten it to at most ${longest}.`;
  }
  if (name.startsWith('kube-')) {
    return 'begins with "kube-", which Kubernetes keeps for itself. Choose another beginning.';
  }
  return explainDatabaseName(name)
    ?.replace('database holds', 'service does')
    .replaceAll('database', 'service')
    .replaceAll('orders-db', 'orders');
}
