import { personalLoginAccess } from '@slipway/plugin-databases-common';
import { z } from 'zod';
import { personName } from './identifiers';

const baseSchema = z.object({
  /** Version of the format. */
  slipway: z.literal(1),
  /** Id of the database. */
  id: z.uuid(),
});

const tenantSchema = baseSchema.extend({
  kind: z.literal('platform'),
  fence: z.string().regex(/^\d{1,19}$/),
  // Older versions wrote these here, where every tenant reads them. They are moved with the next change.
  name: z.string().optional(),
  environment: z.string().optional(),
  owner: z.string().optional(),
  /** The workload login in use. */
  active: z.enum(['a', 'b']).optional(),
  suspended: z.boolean().optional(),
});

const partSchema = baseSchema.extend({
  kind: z.enum(['database', 'owner', 'rw', 'ro', 'login']),
});

const personalSchema = baseSchema.extend({
  kind: z.literal('personal'),
  loginId: z.string(),
  /** As the role's own name says it; an entity ref where an older version wrote it. */
  person: z.string(),
  access: z.enum(personalLoginAccess),
});

const toolSchema = baseSchema.extend({
  kind: z.literal('tool'),
  use: z.enum(['backup', 'restore']),
  /** Of the worker that made it. */
  fence: z.string().regex(/^\d{1,19}$/),
});

const markerSchema = z.discriminatedUnion('kind', [
  tenantSchema,
  partSchema,
  personalSchema,
  toolSchema,
]);

/**
 * The marker of a database as a whole. It is the comment on the platform role,
 * which is the first thing made and the last one removed.
 * @internal
 */
export type TenantMarker = z.infer<typeof tenantSchema>;

/** @internal */
export type PersonalMarker = z.infer<typeof personalSchema>;

/** @internal */
export type ToolMarker = z.infer<typeof toolSchema>;

/**
 * What we write on each thing that we make, as its comment. Every tenant of the
 * server can read it: it holds what proves that the thing is ours, and no more.
 * @internal
 */
export type Marker = z.infer<typeof markerSchema>;

/** @internal */
export function writeMarker(marker: Marker): string {
  if (marker.kind === 'personal') {
    return JSON.stringify({ ...marker, person: personName(marker.person) });
  }
  return JSON.stringify(
    // The version before this one does not know a marker without them.
    marker.kind === 'platform'
      ? { ...marker, name: '', environment: '', owner: '' }
      : marker,
  );
}

/**
 * @returns `undefined` for whatever is not a marker of ours
 * @internal
 */
export function readMarker(comment: string | null): Marker | undefined {
  if (!comment?.startsWith('{"slipway"')) {
    return undefined;
  }
  try {
    return markerSchema.parse(JSON.parse(comment));
  } catch {
    // Somebody wrote a comment that begins like ours: not a marker.
    return undefined;
  }
}
