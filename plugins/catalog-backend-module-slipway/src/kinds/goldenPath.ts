import { z } from 'zod';
import { entityRefSchema } from './common';

/** A part of a path. What else it says depends on its type and is not ours to restrict. */
const partSchema = z.looseObject({ type: z.string().min(1) });

/**
 * `spec` of a GoldenPath: what the platform supports, what it asks of those who take it, and what it offers beside.
 * @public
 */
export const goldenPathSpecSchema = z.strictObject({
  owner: entityRefSchema.optional(),
  description: z.string().min(1).optional(),
  required: z.array(partSchema).optional(),
  optional: z.array(partSchema).optional(),
  /** Each entry names one standard: `- testing: 80% minimum coverage`. */
  standards: z
    .array(
      z
        .record(z.string(), z.union([z.string(), z.array(z.string())]))
        .refine(
          standard => Object.keys(standard).length === 1,
          'must name exactly one standard',
        ),
    )
    .optional(),
});

/** @public */
export type GoldenPathSpec = z.infer<typeof goldenPathSpecSchema>;
