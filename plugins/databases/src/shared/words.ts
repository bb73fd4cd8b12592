import { parseEntityRef } from '@backstage/catalog-model';
import {
  type Database,
  type DatabaseEngine,
  databaseEngineTitles,
  type Money,
  personalLoginAccess,
  type PersonalLoginAccess,
} from '@slipway/plugin-databases-common';

/**
 * "€41 a month", or "not known".
 * @public
 */
export function priceAMonth(price: Money | undefined): string {
  if (!price) {
    return 'Not known';
  }
  const amount = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: price.currency,
    minimumFractionDigits: Number.isInteger(price.amount) ? 0 : 2,
  }).format(price.amount);
  return `${amount} a month`;
}

/** "small · 5 GiB · 28 %", which is in use; as much of it as is known. */
export function sizeAndUse({
  size,
  limits,
  usage,
}: Pick<Database, 'size' | 'limits' | 'usage'>): string {
  const used =
    limits &&
    usage?.sizeBytes !== undefined &&
    (100 * usage.sizeBytes) / (limits.storageGiB * 2 ** 30);
  return [
    size,
    limits && `${limits.storageGiB} GiB`,
    typeof used === 'number' &&
      (used > 0 && used < 1 ? '<1 %' : `${Math.round(used)} %`),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** "Postgres 18"; of the engine MySQL the server that it is: "MariaDB 10.11". */
export function engineAndVersion(
  database: Pick<Database, 'engine' | 'version'>,
): string {
  const { engine, version } = database;
  // MySQL's own versions end before those of MariaDB begin.
  const isMariaDb =
    engine === 'mysql' && Number.parseInt(version ?? '', 10) > 9;
  return [isMariaDb ? 'MariaDB' : databaseEngineTitles[engine], version]
    .filter(Boolean)
    .join(' ');
}

/** What fills up: Redis keeps everything in memory. */
export function storageWord(engine: DatabaseEngine): string {
  return engine === 'redis' ? 'Memory' : 'Storage';
}

/** Whether statements can be stopped after a time. In Redis nothing ends a command. */
export function knowsStatementTimeout(engine: DatabaseEngine): boolean {
  return engine !== 'redis';
}

/** The kinds of personal logins that differ: Redis has nothing to build. */
export function accessIn(
  engine: DatabaseEngine,
): readonly PersonalLoginAccess[] {
  return personalLoginAccess.filter(
    access => access !== 'schema' || engine !== 'redis',
  );
}

/** "team-orders" of `group:default/team-orders`; other namespaces are named. */
export function shortRef(ref: string): string {
  const { namespace, name } = parseEntityRef(ref);
  return namespace === 'default' ? name : `${namespace}/${name}`;
}

/** "30 s", "5 min" */
export function seconds(value: number): string {
  if (value === 0) {
    return 'None';
  }
  return value % 60 === 0 ? `${value / 60} min` : `${value} s`;
}

/** What each kind of personal login is called, by the same word everywhere, and lets one do. */
export const accessWords: Record<
  PersonalLoginAccess,
  { title: string; means: string }
> = {
  'read-only': { title: 'Look', means: 'read data' },
  'read-write': { title: 'Change data', means: 'read and write data' },
  schema: {
    title: 'Make tables',
    means: 'and change them, as the service does, and data too',
  },
};
