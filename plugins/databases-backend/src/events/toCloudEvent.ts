import type { JsonObject } from '@backstage/types';
import type { ResourceEvent } from '@slipway/operations';
import {
  type DatabaseEngine,
  databaseEntityRef,
  databaseStates,
} from '@slipway/plugin-databases-common';
import type { EventSchemaName } from './schemas';

/** An event as the CloudEvents specification 1.0 has it. */
export interface CloudEvent {
  specversion: '1.0';
  /** The same each time the event is sent: with `source` it tells doubles. */
  id: string;
  source: string;
  type: string;
  /** The id of the database. */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  dataschema: string;
  data: JsonObject;
}

/** What has to be known of a database to speak of it. */
export interface EventSubject {
  id: string;
  name: string;
  environment: string;
  engine: DatabaseEngine;
  /** At the time of the event. */
  owner: string;
}

const PREFIX = 'dev.slipway.database';

/** What is told of an operation, by the event of the timeline. */
const OPERATION_EVENTS: Readonly<Record<string, string>> = {
  'operation.requested': 'requested',
  'operation.waiting': 'waiting',
  'operation.paused': 'paused',
  'operation.unpaused': 'unpaused',
  'operation.resumed': 'resumed',
  'operation.uncertain': 'uncertain',
  'operation.cancel-requested': 'cancel-requested',
  'operation.succeeded': 'succeeded',
  'operation.failed': 'failed',
  'operation.cancelled': 'cancelled',
  'step.started': 'step-started',
  'step.succeeded': 'step-succeeded',
};

/** Every type of event that is sent, with the schema of its data. */
export const eventTypes: ReadonlyMap<string, EventSchemaName> = new Map([
  ...databaseStates.map(state => typed(state, 'database-state-v1')),
  ...Object.values(OPERATION_EVENTS).map(what =>
    typed(`operation.${what}`, 'database-operation-v1'),
  ),
  typed('condition-set', 'database-condition-v1'),
  typed('condition-cleared', 'database-condition-v1'),
  typed('owner-changed', 'database-owner-v1'),
]);

function typed(
  what: string,
  schema: EventSchemaName,
): [string, EventSchemaName] {
  return [`${PREFIX}.${what}.v1`, schema];
}

/**
 * An entry of the timeline as others are told of it; undefined for what is no transition. Names no person, and repeats no
 * sentence: who may read these asks the portal.
 */
export function toCloudEvent(
  event: ResourceEvent,
  known: { subject: EventSubject; operationType?: string },
  origin: { source: string; schemas: string },
): CloudEvent | undefined {
  const told = tell(event, known.operationType);
  if (!told) return undefined;
  const { subject } = known;
  const type = `${PREFIX}.${told.what}.v1`;
  const schema = eventTypes.get(type);
  if (!schema) return undefined;
  return {
    specversion: '1.0',
    // After a restore of the portal's database numbers begin again at other times.
    id: `${event.id}-${event.createdAt.getTime().toString(36)}`,
    source: origin.source,
    type,
    subject: subject.id,
    time: event.createdAt.toISOString(),
    datacontenttype: 'application/json',
    dataschema: `${origin.schemas}/${schema}`,
    data: {
      database: {
        id: subject.id,
        name: subject.name,
        environment: subject.environment,
        engine: subject.engine,
        owner: subject.owner,
        entityRef: databaseEntityRef(subject.name, subject.environment),
      },
      ...told.data,
    },
  };
}

function tell(
  { type, data, operationId }: ResourceEvent,
  operationType: string | undefined,
): { what: string; data: JsonObject } | undefined {
  const operation =
    operationId && operationType
      ? { id: operationId, type: operationType }
      : undefined;
  switch (type) {
    case 'resource.created':
      return { what: String(data.state), data: { to: String(data.state) } };
    case 'state.changed':
      return {
        what: String(data.to),
        data: {
          from: String(data.from),
          to: String(data.to),
          ...(operation && { operation }),
        },
      };
    case 'condition.set':
    case 'condition.cleared':
      return {
        what: type.replace('.', '-'),
        data: { condition: String(data.type) },
      };
    case 'owner.changed':
      return {
        what: 'owner-changed',
        data: { from: String(data.from), to: String(data.to) },
      };
    default: {
      const what = OPERATION_EVENTS[type];
      if (!what || !operation) return undefined;
      return {
        what: `operation.${what}`,
        data: {
          operation,
          ...(data.stepId && { step: String(data.stepId) }),
        },
      };
    }
  }
}
