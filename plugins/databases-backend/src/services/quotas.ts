import { ConflictError } from '@backstage/errors';
import type { ApprovalRule } from '@slipway/plugin-approvals-common';
import type {
  DatabaseEngine,
  DatabaseQuota,
} from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import { lockOwner, measureUse } from '../database/quotaUse';

type Quota = DatabasesConfig['quotas'][number];

/** What a quota is asked about. */
export interface QuotaPlace {
  owner: string;
  environment: string;
  engine: DatabaseEngine;
}

/** The quota of a group in a place: the first that fits; undefined when nothing is limited there. */
export function quotaFor(
  { quotas }: Pick<DatabasesConfig, 'quotas'>,
  { owner, environment, engine }: QuotaPlace,
): Quota | undefined {
  return quotas.find(
    quota =>
      (quota.owners?.includes(owner) ?? true) &&
      (quota.environments?.includes(environment) ?? true) &&
      (quota.engines?.includes(engine) ?? true),
  );
}

/** How much of its quota a group uses in a place. */
export async function readQuota(
  knex: Knex,
  config: Pick<DatabasesConfig, 'quotas'>,
  place: QuotaPlace,
): Promise<DatabaseQuota | undefined> {
  const quota = quotaFor(config, place);
  if (!quota) return undefined;
  const used = await measureUse(knex, { owner: place.owner, ...quota });
  const { environments, engines, databases, storageGiB, approval } = quota;
  return {
    environments,
    engines,
    databases:
      databases === undefined
        ? undefined
        : { used: used.databases, limit: databases },
    storageGiB:
      storageGiB === undefined
        ? undefined
        : { used: used.storageGiB, limit: storageGiB },
    approval,
  };
}

/** What lets an order through that is beyond a quota. */
export interface BeyondQuota {
  /** Who has to approve it. */
  rule: ApprovalRule;
  /** How far beyond, for those who decide. */
  sentence: string;
}

/**
 * Whether one more database, or a larger one, fits into what a group may have; undefined when it does. Until the transaction ends nobody else
 * is counted for this group.
 *
 * @throws ConflictError when it does not fit and nobody can approve it
 */
export async function checkQuota(
  trx: Knex.Transaction,
  config: Pick<DatabasesConfig, 'quotas'>,
  place: QuotaPlace,
  wanted: { databases?: number; storageGiB: number },
): Promise<BeyondQuota | undefined> {
  if (!quotaFor(config, place)) return undefined;
  await lockOwner(trx, place.owner);
  const quota = await readQuota(trx, config, place);
  const { databases, storageGiB, approval } = quota ?? {};
  const more = wanted.databases ?? 1;
  const beyond = [
    databases &&
      more > 0 &&
      databases.used + more > databases.limit &&
      `${databases.used + more} databases, and ${databases.limit} are its quota`,
    storageGiB &&
      storageGiB.used + wanted.storageGiB > storageGiB.limit &&
      `${storageGiB.used + wanted.storageGiB} GiB, and ${storageGiB.limit} are its quota`,
  ].filter(text => typeof text === 'string');
  if (!beyond.length) return undefined;
  const sentence = `${place.owner} would have ${beyond.join('; ')}${whereOf(quota!)}`;
  if (!approval) {
    throw new ConflictError(
      `owner ${sentence}. Delete what is not needed, or ask the platform team for more.`,
    );
  }
  return { rule: [approval], sentence };
}

function whereOf({ environments, engines }: DatabaseQuota): string {
  const where = [
    environments && `in ${environments.join(' and ')}`,
    engines && `of ${engines.join(' and ')}`,
  ].filter(Boolean);
  return where.length ? ` ${where.join(' ')}` : '';
}
