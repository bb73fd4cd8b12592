import type { DBInstance } from '@aws-sdk/client-rds';
import { LoginRefusedError } from '@slipway/plugin-databases-backend-module-postgres';
import {
  DatabaseSpec,
  DatabaseTarget,
  ObservedDatabase,
  ObservedDrift,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { isOrdered, Marker, readMarker } from '../marker';
import { findChanges, findShapeDrift, shapeOf } from '../shape';
import { isBroken, isStopped, isUsable } from '../status';
import type { OperationContext } from './context';
import { CREATE, PREPARE, specInside, steps } from './steps';

type Options = ReadContext & { spec?: DatabaseSpec };

const NOTHING: Omit<ObservedDatabase, 'status'> = {
  doneSteps: [],
  suspended: false,
  logins: [],
  personalLogins: [],
  drift: [],
};

/** @internal */
export async function observeInstance(
  operation: OperationContext,
  target: DatabaseTarget,
  options: Options = {},
): Promise<ObservedDatabase> {
  const { instances, config } = operation;
  const instance = await instances.find(target.externalName, options);
  if (!instance) {
    return observeNone(operation, target, options);
  }
  const marker = readMarker(instance);
  if (marker?.id !== target.id) {
    return { ...NOTHING, status: 'foreign' };
  }
  const { spec } = options;
  const seen: ObservedDatabase = {
    ...NOTHING,
    status: 'partial',
    fence: marker.fence,
    version: instance.EngineVersion,
    drift: spec ? findShapeDrift(instance, shapeOf(config, spec)) : [],
  };
  if (!isUsable(instance)) {
    const isDown = isBroken(instance) || isStopped(instance);
    return marker.prepared && isDown
      ? { ...seen, drift: [...seen.drift, statusDrift(instance)] }
      : seen;
  }
  const isMade = !spec || isAsOrdered(operation, instance, marker, spec);
  const made = isMade ? [CREATE] : [];
  if (!marker.prepared) {
    return { ...seen, doneSteps: made };
  }
  try {
    const inside = await lookInside(operation, target, instance, options);
    const done = [...made, PREPARE, ...inside.doneSteps];
    return {
      ...seen,
      ...inside,
      doneSteps: done,
      status: done.length === steps.length ? 'present' : 'partial',
      fence: highest(marker.fence, inside.fence),
      drift: [...seen.drift, ...inside.drift],
    };
  } catch (error) {
    if (!(error instanceof LoginRefusedError)) throw error;
    const drift: ObservedDrift = {
      what: 'platform-login',
      wanted: 'works',
      found: 'refused',
    };
    return { ...seen, doneSteps: made, drift: [...seen.drift, drift] };
  }
}

/** What there is without an instance: nothing, or what is left of one that somebody has removed. */
async function observeNone(
  { records }: OperationContext,
  target: DatabaseTarget,
  options: Options,
): Promise<ObservedDatabase> {
  const record = await records.look(target, options);
  if (record !== 'live') {
    return { ...NOTHING, status: record === 'foreign' ? 'foreign' : 'absent' };
  }
  const removed: ObservedDrift = {
    what: 'instance',
    wanted: target.externalName,
    found: 'none: somebody has removed it',
    isForOwner: true,
  };
  return {
    ...NOTHING,
    status: 'partial',
    drift: options.spec ? [removed] : [],
  };
}

/** Somebody has stopped it, or it broke. Starting it is not for the portal to decide. */
function statusDrift({
  DBInstanceStatus: found = '',
}: DBInstance): ObservedDrift {
  return {
    what: 'instance-status',
    wanted: 'available',
    found,
    isForOwner: true,
  };
}

/** Whether it need not be waited for any longer: see `ensureInstance`. */
function isAsOrdered(
  { config }: OperationContext,
  instance: DBInstance,
  marker: Marker,
  spec: DatabaseSpec,
): boolean {
  const changes = findChanges(instance, shapeOf(config, spec), {
    pendingCounts: true,
  });
  return !isOrdered(marker, spec) && Object.keys(changes).length === 0;
}

async function lookInside(
  operation: OperationContext,
  target: DatabaseTarget,
  instance: DBInstance,
  options: Options,
): Promise<ObservedDatabase> {
  return operation.insides.work(
    target,
    instance,
    (provider, inside) =>
      provider.observe(inside, {
        signal: options.signal,
        spec: options.spec && specInside(operation, options.spec),
      }),
    options,
  );
}

function highest(one: bigint, other: bigint | undefined): bigint {
  return other !== undefined && other > one ? other : one;
}
