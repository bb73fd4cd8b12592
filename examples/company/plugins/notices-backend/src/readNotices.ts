import { InputError } from '@backstage/errors';
import { z } from 'zod';

const noticesSchema = z
  .array(
    z.strictObject({
      id: z.string().min(1),
      title: z.string().min(1),
      text: z.string().min(1),
    }),
  )
  .default([]);

export type Notice = z.infer<typeof noticesSchema>[number];

/**
 * @throws InputError that names the field, so that a mistake is found at the start and not by a reader.
 */
export function readNotices(value: unknown): Notice[] {
  const result = noticesSchema.safeParse(value);
  if (!result.success) {
    throw new InputError(
      `The configuration is not valid: ${result.error.issues
        .map(issue => `notices.${issue.path.join('.')}: ${issue.message}`)
        .join('; ')}`,
    );
  }
  return result.data;
}
