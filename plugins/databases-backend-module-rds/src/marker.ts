import type { DBInstance, Tag } from '@aws-sdk/client-rds';
import type { DatabaseSpec } from '@slipway/plugin-databases-node';

const MANAGED_BY = 'slipway:managed-by';
const OURS = 'slipway';

/**
 * What proves that an instance is ours, and what the portal needs to know it again. It is the instance's tags.
 * @internal
 */
export interface Marker {
  id: string;
  /** The id of the provider that made it: several can share an account. */
  provider: string;
  fence: bigint;
  name: string;
  environment: string;
  owner: string;
  /** The size for which its class and storage were last set. */
  size?: string;
  /** Whether the portal has its login inside. */
  prepared: boolean;
  /** Whether anybody was ever given a login, so that there may be data that is nowhere else. */
  used: boolean;
}

/** @internal */
export function newMarker(
  made: Pick<Marker, 'id' | 'provider' | 'fence'>,
  { name, environment, owner, size }: DatabaseSpec,
): Marker {
  return {
    ...made,
    name,
    environment,
    owner,
    size,
    prepared: false,
    used: false,
  };
}

/**
 * Whether a size was ordered that the instance does not have yet.
 * @internal
 */
export function isOrdered(
  { size }: Marker,
  spec: Pick<DatabaseSpec, 'size'>,
): boolean {
  return size !== undefined && size !== spec.size;
}

/**
 * Tags for what of a marker is given.
 * @internal
 */
export function toTags(marker: Partial<Marker>): Tag[] {
  const tags = Object.entries(marker)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ Key: `slipway:${key}`, Value: `${value}` }));
  return [{ Key: MANAGED_BY, Value: OURS }, ...tags];
}

/**
 * @returns `undefined` for whatever does not bear our marker
 * @internal
 */
export function readMarker({
  TagList = [],
}: Pick<DBInstance, 'TagList'>): Marker | undefined {
  const tags = new Map(TagList.map(({ Key, Value }) => [Key, Value ?? '']));
  const id = tags.get('slipway:id');
  const fence = tags.get('slipway:fence') ?? '';
  if (tags.get(MANAGED_BY) !== OURS || !id || !/^\d{1,19}$/.test(fence)) {
    return undefined;
  }
  return {
    id,
    provider: tags.get('slipway:provider') ?? '',
    fence: BigInt(fence),
    name: tags.get('slipway:name') ?? '',
    environment: tags.get('slipway:environment') ?? '',
    owner: tags.get('slipway:owner') ?? '',
    size: tags.get('slipway:size'),
    prepared: tags.get('slipway:prepared') === 'true',
    used: tags.get('slipway:used') === 'true',
  };
}
