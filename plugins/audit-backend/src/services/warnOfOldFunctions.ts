import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { Knex } from 'knex';
import { hasOwnDefinitions } from '../database/hasOwnDefinitions';

/** Says in the log that an administrator has to look at the functions of the trail. Never throws: nothing waits for it. */
export async function warnOfOldFunctions(options: {
  knex: Knex;
  logger: LoggerService;
}): Promise<void> {
  const { knex, logger } = options;
  try {
    if (!(await hasOwnDefinitions(knex))) {
      logger.warn(
        'What the database holds beside the entries of the audit trail is not what this version of Slipway makes: it is outdated, or somebody has changed it. Let an administrator run plugins/audit-backend/handover.sql, see docs/audit.md',
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
