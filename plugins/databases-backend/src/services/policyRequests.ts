import {
  databaseEntityRef,
  type DatabaseProtection,
} from '@slipway/plugin-databases-common';
import type { PolicyRequest } from '@slipway/plugin-policies-common';
import type { JsonObject } from '@backstage/types';
import type { DatabaseRecord, StoredSpec } from '../database/rows';
import type { Use } from './BlastRadiusService';

/** What policies about databases are written for. */
export const DATABASE_REQUEST_KIND = 'DatabaseRequest';

interface Wanted {
  name: string;
  environment: string;
  engine: string;
  owner: string;
  spec: StoredSpec;
  protection: DatabaseProtection;
}

/**
 * What policies see of an order: what will be made, with the version and the price that were found out. A field that this
 * installation does not offer is absent.
 */
export function toPolicyObject({
  spec,
  protection,
  ...wanted
}: Wanted): JsonObject {
  const { backup, ...kept } = protection;
  const { name, environment, engine, owner } = wanted;
  const { version, size, description, pricePerMonth, restoredFrom, expiresAt } =
    spec;
  return {
    name,
    environment,
    engine,
    owner,
    size,
    ...(version && { version }),
    ...(description && { description }),
    ...(pricePerMonth && { pricePerMonth: { ...pricePerMonth } }),
    ...(expiresAt && { expiresAt }),
    ...(restoredFrom && {
      restoredFrom: {
        name: restoredFrom.name,
        environment: restoredFrom.environment,
      },
    }),
    ...kept,
    ...(backup && { backup: { ...backup } }),
  };
}

/** A database, with how it is kept safe where it is. */
type Existing = DatabaseRecord & { protection: DatabaseProtection };

/** The question whether a database may be made. */
export function orderRequest(wanted: Wanted): PolicyRequest {
  return {
    kind: DATABASE_REQUEST_KIND,
    operation: 'create',
    object: toPolicyObject(wanted),
    entityRef: databaseEntityRef(wanted.name, wanted.environment),
  };
}

/** The question whether a database may belong to another group. */
export function handOnRequest(record: Existing, owner: string): PolicyRequest {
  return {
    ...changeRequest(record, 'update'),
    object: toPolicyObject({ ...record, owner }),
  };
}

/** The question whether a database may have another size. */
export function resizeRequest(
  record: Existing,
  spec: StoredSpec,
): PolicyRequest {
  return {
    ...changeRequest(record, 'update'),
    object: toPolicyObject({ ...record, spec }),
  };
}

/** The question whether a database may go until then. */
export function extendRequest(
  record: Existing,
  expiresAt: string,
): PolicyRequest {
  return {
    ...changeRequest(record, 'update'),
    object: toPolicyObject({ ...record, spec: { ...record.spec, expiresAt } }),
  };
}

/** The question whether a database may be deleted, with how much uses it, as far as that is known. */
export function deletionRequest(
  record: Existing,
  use: Use | undefined,
): PolicyRequest {
  const request = changeRequest(record, 'delete');
  return {
    ...request,
    object: {
      ...(request.object as JsonObject),
      use: {
        ...(use?.dependents.found === 'known' && {
          dependents: use.dependents.value.total,
        }),
        ...(use?.sessions.found === 'known' && {
          sessions: use.sessions.value.length,
        }),
      },
    },
  };
}

/** The question whether something may happen to a database that exists. */
export function changeRequest(
  record: Existing,
  operation: 'update' | 'delete',
): PolicyRequest {
  const object = toPolicyObject(record);
  return {
    ...orderRequest(record),
    operation,
    ...(operation === 'update' && { oldObject: object }),
  };
}
