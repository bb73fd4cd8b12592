import { personalLoginAccess } from '@slipway/plugin-databases-common';
import { z } from 'zod';

const baseSchema = z.object({
  /** Version of the format. */
  slipway: z.literal(1),
  /** Id of the database. */
  id: z.uuid(),
});

const tenantSchema = baseSchema.extend({
  kind: z.literal('platform'),
  fence: z.string().regex(/^\d{1,19}$/),
  name: z.string(),
  environment: z.string(),
  owner: z.string(),
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
  person: z.string(),
  access: z.enum(personalLoginAccess),
});

const markerSchema = z.discriminatedUnion('kind', [
  tenantSchema,
  partSchema,
  personalSchema,
]);

/**
 * The marker of a database as a whole. It is the comment on the platform role,
 * which is the first thing made and the last one removed.
 * @internal
 */
export type TenantMarker = z.infer<typeof tenantSchema>;

/** @internal */
export type PersonalMarker = z.infer<typeof personalSchema>;

/**
 * What we write on each thing that we make, as its comment.
 * @internal
 */
export type Marker = z.infer<typeof markerSchema>;

/** @internal */
export function writeMarker(marker: Marker): string {
  return JSON.stringify(marker);
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
