import { missingOrNot } from '@slipway/input';
import { z } from 'zod';
import { inOneLine } from './inOneLine';

/** @public */
export const providerPauseRequestSchema = z.strictObject({
  /** Why, for those whose work it holds up. */
  reason: z
    .string(missingOrNot('text', 'Say why, for those who wait.'))
    .trim()
    .min(1, { error: 'is empty. Say why, for those who wait.' })
    .max(300, { error: 'is too long. Shorten it to at most 300 characters.' })
    .superRefine(inOneLine),
});

/** @public */
export const providerPauseSchema = z.object({
  provider: z.object({ id: z.string(), title: z.string() }),
  reason: z.string(),
  /** Entity ref of whoever paused it. */
  actor: z.string(),
  createdAt: z.string(),
});

/**
 * A switch that holds up new work at a provider. What is under way there ends its step and waits.
 * @public
 */
export type ProviderPause = z.infer<typeof providerPauseSchema>;
