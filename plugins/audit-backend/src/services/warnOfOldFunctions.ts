import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { Knex } from 'knex';
import { hasUpgraded } from '../database/hasUpgraded';

/** Says in the log that an administrator has to replace the functions of the trail. Never throws: nothing waits for it. */
export async function warnOfOldFunctions(options: {
  knex: Knex;
  logger: LoggerService;
}): Promise<void> {
  const { knex, logger } = options;
  try {
    if (!(await hasUpgraded(knex))) {
      logger.warn(
        'The functions of the audit trail are outdated, and the trail is less safe than it could be: let an administrator run plugins/audit-backend/upgrade.sql, see docs/audit.md',
      );
    }
  } catch (error) {
    // The page of the audit trail asks again.
    logger.debug(
      'Whether the functions of the audit trail are outdated cannot be read',
      toError(error),
    );
  }
}
