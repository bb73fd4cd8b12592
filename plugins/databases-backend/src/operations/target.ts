import type { JsonObject } from '@backstage/types';
import {
  isOperationError,
  RetryableError,
  type StepContext,
} from '@slipway/operations';
import type {
  DatabaseProvider,
  DatabaseSpec,
  DatabaseTarget,
  SecretRef,
  SecretStore,
  WorkloadSlot,
  WriteContext,
} from '@slipway/plugin-databases-node';
import type { DatabaseProtection } from '@slipway/plugin-databases-common';
import type { ApprovalRule } from '@slipway/plugin-approvals-common';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import type { BackupVault } from '../backups/BackupVault';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord } from '../database/rows';
import type { Providers } from '../services/Providers';

/** What the steps of all operations work with. */
export interface StepDeps {
  knex: Knex;
  providers: Providers;
  secrets: SecretStore;
  /** Where backups are kept; absent where there are none. */
  vault?: BackupVault;
  /** How a database is kept safe where it is. */
  protectionOf(record: DatabaseRecord): DatabaseProtection;
  approvals: ApprovalsService;
  policies: PoliciesService;
  /** The groups of a person now; undefined when nobody knows the person any more. */
  groupsOf(userRef: string): Promise<string[] | undefined>;
}

/** What operations are started with. */
export type OperationInput = {
  providerId: string;
  /** What is to be made, where something is. */
  spec?: DatabaseSpec & JsonObject;
  /** What it is from then on, where it is changed. */
  storedSpec?: JsonObject;
  /** Until when it goes, where that is changed. */
  expiresAt?: string;
  /** The login that is made or replaced, where that is part of the operation. */
  slot?: WorkloadSlot;
  /** The revision of its sealed value. */
  revision?: number;
  /** How long the login that was in use before lives on at least; left out when it does not. */
  undoHours?: number;
  /** Whether a person wants it whoever uses the former login. */
  isByHand?: boolean;
  /** The backup that is taken, where that is part of the operation. */
  backupId?: string;
  /** The backup whose data is wanted. */
  restoreFrom?: string;
  /** Whether that is still being taken, for a clone. */
  awaitsBackup?: boolean;
  /** Who has to approve before anything is made, where somebody has to. */
  approvalRule?: ApprovalRule;
  /** How far it is beyond a quota, for those who decide. */
  beyondQuota?: string;
  /** Whether those who decide about it are not to be asked any more. */
  withdrawsQuestion?: boolean;
  /** Why it was not approved, for people. */
  declined?: string;
};

/** Servers that are down or full come back: 2,000 attempts, a minute apart in the end, are more than a day. */
export const PATIENT = { maxAttempts: 2000, maxDelayMs: 60_000 };

/** The switch that holds up work at a provider. */
export function scopeOf(providerId: string): string {
  return `provider:${providerId}`;
}

/** The provider whose work a switch holds up. */
export function providerOf(scope: string): string | undefined {
  const id = scope.slice(scopeOf('').length);
  return scope === scopeOf(id) ? id : undefined;
}

export function scopesOf({ input }: { input: OperationInput }): string[] {
  return [scopeOf(input.providerId)];
}

/** The database of a step, as it is stored now. */
export async function load(
  deps: StepDeps,
  context: StepContext<OperationInput>,
): Promise<{
  record: DatabaseRecord;
  provider: DatabaseProvider;
  target: DatabaseTarget;
  spec: DatabaseSpec;
}> {
  const record = await getDatabase(deps.knex, context.resource.id);
  return {
    record,
    provider: deps.providers.get(record.provider_id),
    target: targetOf(record),
    spec: specOf(record),
  };
}

export function targetOf(record: DatabaseRecord): DatabaseTarget {
  return { id: record.id, externalName: record.external_name };
}

export function specOf(record: DatabaseRecord): DatabaseSpec {
  const { version, size, limits } = record.spec;
  const { name, environment, engine, owner } = record;
  return { name, environment, engine, version, size, limits, owner };
}

/** What work is begun again with, for whom the database is now. */
export function forOwner(input: JsonObject, owner: string): OperationInput {
  const { spec, ...rest } = input as OperationInput;
  return { ...rest, ...(spec && { spec: { ...spec, owner } }) };
}

export function writeContext(
  context: StepContext<OperationInput>,
): WriteContext {
  const { idempotencyKey, fence, signal } = context;
  return { idempotencyKey, fence, signal };
}

/**
 * Calls a provider. Its methods may be repeated safely, so a lost answer is a reason to ask again
 * and not yet one to ask a person.
 */
export async function repeatable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isOperationError(error, 'AmbiguousError')) {
      throw new RetryableError(error.message, { cause: error });
    }
    throw error;
  }
}

/** Where a workload login's password is kept. */
export function workloadSecret(
  databaseId: string,
  revision: number,
): SecretRef {
  return { id: `database/${databaseId}/workload`, revision };
}
