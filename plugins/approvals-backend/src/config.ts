import type { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

const hours = z.coerce
  .number()
  .min(0.01)
  .max(24 * 90);

const configSchema = z.object({
  expiresAfterHours: hours.default(168),
  remindAfterHours: z.array(hours).max(10).default([24, 72]),
  answerLinks: z.boolean().default(false),
});

/** The plugin's configuration, checked. */
export type ApprovalsConfig = z.output<typeof configSchema>;

/**
 * Reads `approvals`.
 *
 * @throws InputError that names the key that is wrong.
 */
export function readApprovalsConfig(
  config: RootConfigService,
): ApprovalsConfig {
  const result = configSchema.safeParse(config.getOptional('approvals') ?? {});
  if (!result.success) {
    const problems = result.error.issues.map(
      issue => `approvals.${issue.path.join('.')} ${issue.message}`,
    );
    throw new InputError(`Configuration is wrong: ${problems.join('; ')}`);
  }
  return result.data;
}
