import type { JsonObject } from '@backstage/types';
import type { OperationDefinition } from '../definitions';
import type {
  Condition,
  Operation,
  OperationError,
  OperationFailing,
  OperationState,
  Resource,
  ResourceEvent,
  StepRecord,
} from '../types';
import { wayToCancel } from './wayToCancel';

/** Rows as the driver returns them: bigint as text, timestamps as Date. */
export interface ResourceRow {
  id: string;
  kind: string;
  state: string;
  version: string;
  conditions: Condition[];
  fence: string;
  created_at: Date;
  updated_at: Date;
}

export interface OperationRow {
  id: string;
  type: string;
  resource_id: string;
  state: OperationState;
  input: JsonObject;
  actor: string;
  error: OperationError | null;
  failing: OperationFailing | null;
  /** The resource's state when it was accepted; null when an older version accepted it. */
  from_state: string | null;
  /** What it works on outside; null for nothing, and when an older version accepted it. */
  scope: string | null;
  /** Who called it off while a worker had it. */
  cancel_requested_by: string | null;
  paused_scope: string | null;
  wake_at: Date | null;
  fence: string;
  lease_owner: string | null;
  lease_expires_at: Date | null;
  created_at: Date;
  updated_at: Date;
  finished_at: Date | null;
}

export interface StepRow {
  operation_id: string;
  step_id: string;
  position: number;
  title: string;
  state: StepRecord['state'];
  attempt: number;
  idle_attempts: number;
  intents: Record<string, string>;
  output: JsonObject | null;
  started_at: Date | null;
  finished_at: Date | null;
}

export interface EventRow {
  id: string;
  resource_id: string;
  operation_id: string | null;
  type: string;
  data: JsonObject;
  actor: string | null;
  created_at: Date;
}

export function toResource(row: ResourceRow): Resource {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    version: Number(row.version),
    conditions: row.conditions,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toStep(row: StepRow): StepRecord {
  return {
    id: row.step_id,
    title: row.title,
    state: row.state,
    attempt: row.attempt,
    idleAttempts: row.idle_attempts,
    intents: row.intents,
    output: row.output ?? undefined,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  };
}

export function toOperation(
  row: OperationRow,
  steps: StepRow[],
  definition: OperationDefinition | undefined,
): Operation {
  const ordered = [...steps].sort((a, b) => a.position - b.position);
  const records = ordered.map(toStep);
  const failing = row.failing ?? undefined;
  const hasEnded = row.finished_at !== null;
  const calledOff =
    !hasEnded && Boolean(row.cancel_requested_by ?? failing?.calledOff);
  return {
    id: row.id,
    type: row.type,
    // A newer version may have started an operation that this one does not know.
    title: definition?.title ?? row.type,
    resourceId: row.resource_id,
    state: row.state,
    input: row.input,
    steps: records,
    currentStep: ordered.find(s => s.state !== 'succeeded')?.step_id,
    error: row.error ?? (hasEnded ? undefined : failing),
    failing,
    cancel:
      definition && !calledOff
        ? wayToCancel(definition, {
            state: row.state,
            failing,
            steps: records,
            fromState: row.from_state,
          })
        : undefined,
    calledOff,
    actor: row.actor,
    pausedScope: row.paused_scope ?? undefined,
    wakeAt: row.wake_at ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at ?? undefined,
  };
}

export function toEvent(row: EventRow & { kind: string }): ResourceEvent {
  return {
    id: row.id,
    resourceId: row.resource_id,
    resourceKind: row.kind,
    operationId: row.operation_id ?? undefined,
    type: row.type,
    data: row.data,
    actor: row.actor ?? undefined,
    createdAt: row.created_at,
  };
}
