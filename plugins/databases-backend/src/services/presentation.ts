import type { Operation, Pause, ResourceEvent } from '@slipway/operations';
import {
  databaseEntityRef,
  databaseSchema,
  type Database,
  type DatabaseBackup,
  type DatabaseEvent,
  type DatabaseOperation,
  type DatabasePendingChange,
  type DatabaseProtection,
  type Money,
  type PersonalLogin,
} from '@slipway/plugin-databases-common';
import type { BackupSummaryRow } from '../database/backups';
import type { HealthRow } from '../database/health';
import type {
  BackupRow,
  DatabaseRecord,
  PendingChangeRow,
  PersonalLoginRow,
} from '../database/rows';
import { toUsage } from '../health/toUsage';
import { providerOf } from '../operations/target';
import { EXPIRING } from './ExpiryWatch';
import type { Providers } from './Providers';

/** A database as the portal shows it. */
export function toDatabase(
  record: DatabaseRecord,
  extra: {
    providerTitle: string;
    operation?: Operation;
    backups?: Partial<BackupSummaryRow>;
    protection?: DatabaseProtection;
    health?: HealthRow;
    pricePerMonth?: Money;
    pending?: PendingChangeRow;
  },
): Database {
  const { spec } = record;
  return databaseSchema.parse({
    id: record.id,
    name: record.name,
    environment: record.environment,
    engine: record.engine,
    version: spec.version,
    size: spec.size,
    limits: spec.limits,
    owner: record.owner,
    description: spec.description,
    // What nobody wants any more is gone for people, also while others are still being told.
    state: record.deleted_at ? 'deleted' : record.state,
    stateReason: extra.operation?.error?.message,
    conditions: record.conditions,
    provider: { id: record.provider_id, title: extra.providerTitle },
    endpoint: record.endpoint ?? undefined,
    pricePerMonth: extra.pricePerMonth,
    entityRef: databaseEntityRef(record.name, record.environment),
    revision: record.revision,
    operationId: extra.operation?.id,
    approvalId: record.approval_id ?? undefined,
    pendingChange: extra.pending && toPendingChange(extra.pending),
    protection: extra.protection,
    restoredFrom: spec.restoredFrom,
    backups: extra.backups && {
      lastTakenAt: extra.backups.last_taken_at?.toISOString(),
      lastProvenAt: extra.backups.last_proven_at?.toISOString(),
    },
    usage: extra.health && toUsage(extra.health),
    expiresAt: record.expires_at?.toISOString(),
    purgeAfter: record.purge_after?.toISOString(),
    createdBy: record.created_by,
    createdAt: record.created_at.toISOString(),
    updatedAt: record.updated_at.toISOString(),
  });
}

function toPendingChange(row: PendingChangeRow): DatabasePendingChange {
  return {
    kind: row.kind,
    size: row.spec.size,
    pricePerMonth: row.spec.pricePerMonth,
    rule: row.rule,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.toISOString(),
    approvalId: row.approval_id ?? undefined,
  };
}

/** An operation as the portal shows it: inputs and outputs stay inside. */
export function toDatabaseOperation(
  operation: Operation,
  extra: { pause?: Pause; providers: Providers },
): DatabaseOperation {
  const { id, type, title, state, error, actor } = operation;
  const { pause, providers } = extra;
  return {
    id,
    databaseId: operation.resourceId,
    type,
    title,
    state,
    steps: operation.steps.map(step => ({
      id: step.id,
      title: step.title,
      state: step.state,
      attempt: step.attempt,
      startedAt: step.startedAt?.toISOString(),
      finishedAt: step.finishedAt?.toISOString(),
    })),
    error,
    actor,
    pause: pause && {
      title: titleOf(pause.scope, providers),
      reason: pause.reason,
    },
    cancel: operation.cancel,
    calledOff: operation.calledOff,
    wakeAt: operation.wakeAt?.toISOString(),
    createdAt: operation.createdAt.toISOString(),
    finishedAt: operation.finishedAt?.toISOString(),
  };
}

export function toPersonalLogin(row: PersonalLoginRow): PersonalLogin {
  return {
    id: row.id,
    databaseId: row.database_id,
    user: row.user_ref,
    username: row.username ?? '',
    access: row.access,
    state: row.state,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString(),
  };
}

export function toDatabaseBackup(
  row: BackupRow,
  { store }: { store: string },
): DatabaseBackup {
  return {
    id: row.id,
    databaseId: row.database_id,
    kind: row.kind,
    state: row.state,
    format: row.format ?? undefined,
    serverVersion: row.server_version ?? undefined,
    contents: row.contents ?? undefined,
    sizeBytes: toNumber(row.size_bytes),
    storedBytes: toNumber(row.stored_bytes),
    sha256: row.sha256 ?? undefined,
    store,
    provenAt: row.proven_at?.toISOString(),
    problem: row.problem ?? undefined,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    takenAt: row.taken_at?.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}

function toNumber(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}

/** An entry of the timeline with its sentence. */
export function toDatabaseEvent(
  event: ResourceEvent,
  providers: Providers,
): DatabaseEvent {
  return {
    id: event.id,
    type: event.type,
    message: sentence(event, providers),
    actor: event.actor,
    operationId: event.operationId,
    createdAt: event.createdAt.toISOString(),
  };
}

function titleOf(scope: string, providers: Providers): string {
  const id = providerOf(scope);
  return id ? providers.titleOf(id) : scope;
}

function sentence({ type, data }: ResourceEvent, providers: Providers): string {
  const { title, message, from, to, scope, reason } = data;
  switch (type) {
    case 'resource.created':
      return 'Ordered';
    case 'operation.requested':
      return `Asked for: ${title}`;
    case 'state.changed':
      return `From ${from} to ${to}`;
    case 'step.started':
      return `Begins: ${title}`;
    case 'step.succeeded':
      return `Done: ${title}`;
    case 'operation.succeeded':
      return `Finished: ${title}`;
    case 'operation.failed':
      return `Failed: ${title}. ${message ?? ''}`.trim();
    case 'operation.undoing':
      return `Is taken back, because it failed: ${title}. ${message ?? ''}`.trim();
    case 'operation.cancel-requested':
      return `Asked to call off: ${title}`;
    case 'operation.cancel-missed':
      return `Too late to call off: ${title}`;
    case 'operation.calling-off':
      return `Called off, and is taken back: ${title}`;
    case 'operation.cancelled':
      return `Called off: ${title}`;
    case 'operation.waiting':
      return `Waits and tries again: ${message}`;
    case 'operation.uncertain':
      return `Needs a person: ${message}`;
    case 'operation.paused':
      return `Held up, because ${titleOf(String(scope), providers)} is paused${reason ? `: ${reason}` : ''}`;
    case 'condition.cleared':
      if (data.type === 'degraded') return 'Is used within its limits again';
      if (data.type === EXPIRING) return 'Its end is not near any more';
      return 'On the server everything is as it should be again';
    case 'operation.unpaused':
    case 'operation.resumed':
      return 'Goes on';
    default:
      return typeof message === 'string' ? message : type;
  }
}
