import { ConflictError, InputError } from '@backstage/errors';
import type { DatabaseProvider } from '@slipway/plugin-databases-node';
import type { DatabasesConfig } from '../../config';
import type { StoredSpec } from '../../database/rows';
import { RESIZE } from '../../operations/resize';
import { specOf } from '../../operations/target';
import { approvalRuleFor } from '../approvalRule';
import { checkQuota } from '../quotas';
import { type Changing, start } from './changing';

/** What a database of another size would be. InputError when the size is not offered, or is what it has. */
export function resized(
  config: Pick<DatabasesConfig, 'sizes'>,
  record: { name: string; spec: StoredSpec },
  size: StoredSpec['size'],
): StoredSpec {
  const offered = config.sizes[size];
  if (!offered) {
    throw new InputError(
      `size ${size} is not offered. Choose one of ${Object.keys(config.sizes).join(', ')}.`,
    );
  }
  if (size === record.spec.size) {
    throw new InputError(
      `size ${size} is what ${record.name} has already. Choose another one.`,
    );
  }
  const { pricePerMonth, currency, ...limits } = offered;
  return {
    ...record.spec,
    size,
    limits,
    pricePerMonth:
      pricePerMonth !== undefined && currency
        ? { amount: pricePerMonth, currency }
        : undefined,
  };
}

/** Gives a database another size. */
export async function beginResize(
  changing: Changing,
  size: StoredSpec['size'],
  { config, provider }: { config: DatabasesConfig; provider: DatabaseProvider },
): Promise<string> {
  const { trx, record } = changing;
  const stored = resized(config, record, size);
  const { environment } = record;
  const was = record.spec;
  const grown = stored.limits.storageGiB - was.limits.storageGiB;
  if (grown < 0 && provider.capabilities().enforced.includes('storage')) {
    throw new InputError(
      `size ${size} has less storage, and disks of ${provider.title} only grow. Order a ${size} one that begins with a backup of this one.`,
    );
  }
  // What gives back in every way asks nobody.
  const isMore =
    grown > 0 ||
    stored.limits.connectionLimit > was.limits.connectionLimit ||
    (stored.pricePerMonth?.amount ?? 0) > (was.pricePerMonth?.amount ?? 0);
  if (isMore) {
    const beyond =
      grown > 0
        ? await checkQuota(trx, config, record, {
            databases: 0,
            storageGiB: grown,
          })
        : undefined;
    if (beyond || approvalRuleFor(config, { environment, size })) {
      throw new ConflictError(
        `${beyond ? `owner ${beyond.sentence}` : `A ${size} database in ${environment} waits for approval, and a change of size does not wait`}. Order a ${size} one that begins with a backup of this one: that order is approved.`,
      );
    }
  }
  const spec = {
    ...specOf({ ...record, spec: stored }),
    limits: { ...stored.limits },
  };
  return start(changing, RESIZE, {
    spec: JSON.parse(JSON.stringify(spec)),
    storedSpec: JSON.parse(JSON.stringify(stored)),
  });
}
