import { randomUUID } from 'node:crypto';
import { ConflictError, InputError } from '@backstage/errors';
import type { ApprovalRule } from '@slipway/plugin-approvals-common';
import { digestOf } from '@slipway/plugin-approvals-node';
import { needsMore } from '@slipway/plugin-databases-common';
import type { DatabaseProvider } from '@slipway/plugin-databases-node';
import type { DatabasesConfig } from '../../config';
import { insertPendingChange } from '../../database/pendingChanges';
import type { DatabaseRecord, StoredSpec } from '../../database/rows';
import { RESIZE } from '../../operations/resize';
import { specOf, type OperationInput } from '../../operations/target';
import { approvalRuleFor } from '../approvalRule';
import { checkQuota } from '../quotas';
import { type Changing, start } from './changing';
import { endPendingChange } from './endPendingChange';

/** The event that says that a size was asked for that somebody has to approve. */
export const RESIZE_ASKED = 'resize.asked';

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

/** Gives a database another size, or asks those who decide about it: the database stays as it is until they have. */
export async function beginResize(
  changing: Changing,
  size: StoredSpec['size'],
  { config, provider }: { config: DatabasesConfig; provider: DatabaseProvider },
): Promise<string> {
  const { trx, record } = changing;
  const stored = resized(config, record, size);
  const was = record.spec;
  const grown = stored.limits.storageGiB - was.limits.storageGiB;
  if (grown < 0 && provider.capabilities().enforced.includes('storage')) {
    throw new InputError(
      `size ${size} has less storage, and disks of ${provider.title} only grow. Order a ${size} one that begins with a backup of this one.`,
    );
  }
  // One at a time; and before it is counted what this one takes.
  const before = await endPendingChange(changing, record.id, {
    reason: `${size} was asked for instead`,
    actor: changing.actor,
  });
  // What gives back in every way asks nobody.
  if (isMore(was, stored)) {
    const beyond =
      grown > 0
        ? await checkQuota(trx, config, record, {
            databases: 0,
            storageGiB: grown,
          })
        : undefined;
    const { environment } = record;
    const rule = [
      ...(approvalRuleFor(config, { environment, size }) ?? []),
      ...(beyond?.rule ?? []),
    ];
    if (rule.length) {
      if (before) {
        throw new ConflictError(
          `A change of ${record.name} to ${before.spec.size} waits for approval already. Withdraw it first.`,
        );
      }
      return ask(changing, stored, { rule, beyond: beyond?.sentence });
    }
  }
  return start(changing, RESIZE, resizeInput(record, stored));
}

/** What the operation is begun with that gives a database another size. */
export function resizeInput(
  record: DatabaseRecord,
  stored: StoredSpec,
): OperationInput {
  const spec = {
    ...specOf({ ...record, spec: stored }),
    limits: { ...stored.limits },
  };
  return {
    providerId: record.provider_id,
    spec: JSON.parse(JSON.stringify(spec)),
    storedSpec: JSON.parse(JSON.stringify(stored)),
  };
}

function isMore(was: StoredSpec, wanted: StoredSpec): boolean {
  return needsMore(
    { ...was.limits, pricePerMonth: was.pricePerMonth },
    { ...wanted.limits, pricePerMonth: wanted.pricePerMonth },
  );
}

/** Writes what is asked for. Those who decide are asked soon after, see `PendingChangesWatch`. */
async function ask(
  { operations, trx, record, last, actor }: Changing,
  spec: StoredSpec,
  { rule, beyond }: { rule: ApprovalRule; beyond?: string },
): Promise<string> {
  if (record.state !== 'ready' || !last) {
    throw new ConflictError(
      `"Change the size of the database" is for a database that is ready. This one is ${record.state}.`,
    );
  }
  const id = randomUUID();
  const { revision } = record;
  await insertPendingChange(trx, {
    id,
    database_id: record.id,
    revision,
    spec,
    // What is approved: this database as it was then, and what it will be for how much.
    digest: digestOf({
      id,
      database: record.id,
      revision,
      owner: record.owner,
      provider: record.provider_id,
      size: spec.size,
      limits: spec.limits,
      price: spec.pricePerMonth,
    }),
    rule,
    beyond_quota: beyond,
    requested_by: actor,
  });
  await operations.appendEvent(trx, {
    resourceId: record.id,
    type: RESIZE_ASKED,
    data: {
      message: `Asked for: ${spec.size} instead of ${record.spec.size}. It waits for approval, and the database is used as before`,
      size: spec.size,
    },
    actor,
  });
  return last.id;
}
