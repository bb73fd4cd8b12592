import type { LoggerService } from '@backstage/backend-plugin-api';
import type { JsonObject } from '@backstage/types';
import type { AuditPublisher } from '@slipway/plugin-audit-node';

/** Writes heads into the log: where logs are collected they are out of reach of the database. */
export function createLogPublisher(logger: LoggerService): AuditPublisher {
  return {
    id: 'log',
    async publish(statement) {
      const auditStatement: JsonObject = { ...statement };
      logger.info(
        statement.kind === 'drop'
          ? `Entries ${statement.firstSeq} to ${statement.seq} of the audit trail are dropped`
          : `The audit trail is at entry ${statement.seq}`,
        { auditStatement },
      );
    },
  };
}
