import { parseEntityRef } from '@backstage/catalog-model';
import {
  type Database,
  databaseEngineTitles,
  type Money,
  type PersonalLoginAccess,
} from '@slipway/plugin-databases-common';

/** "€41 a month", or "not known". */
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

/** "Postgres 18" */
export function engineAndVersion(
  database: Pick<Database, 'engine' | 'version'>,
): string {
  return [databaseEngineTitles[database.engine], database.version]
    .filter(Boolean)
    .join(' ');
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

/** What each kind of personal login is called and lets one do. */
export const accessWords: Record<
  PersonalLoginAccess,
  { title: string; means: string; purpose: string }
> = {
  'read-only': { title: 'Look', means: 'read data', purpose: 'look' },
  'read-write': {
    title: 'Change',
    means: 'read and write data',
    purpose: 'change data',
  },
  schema: {
    title: 'Build',
    means: 'make and change tables too, as the service does',
    purpose: 'make tables',
  },
};
