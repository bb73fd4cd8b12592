import type { AuditorEvent } from '@backstage/backend-defaults/auditor';
import {
  coreServices,
  createServiceFactory,
  type LoggerService,
  type RootConfigService,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import type { JsonObject } from '@backstage/types';
import {
  auditSeverities,
  type AuditSeverity,
} from '@slipway/plugin-audit-common';
import { auditTrailServiceRef } from '@slipway/plugin-audit-node';
import { redactionsServiceRef } from '../logging/redactions';
import { RecordingAuditor } from './RecordingAuditor';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

type LogLevel = (typeof LOG_LEVELS)[number];

/** Upstream's auditor, which also writes into the audit trail: see `audit` in the configuration. */
export const recordingAuditorServiceFactory = createServiceFactory({
  service: coreServices.auditor,
  deps: {
    auth: coreServices.auth,
    config: coreServices.rootConfig,
    httpAuth: coreServices.httpAuth,
    logger: coreServices.logger,
    plugin: coreServices.pluginMetadata,
    redactions: redactionsServiceRef,
    trail: auditTrailServiceRef,
  },
  factory({ config, logger, ...deps }) {
    return RecordingAuditor.create({
      ...deps,
      log: createLog(logger, config),
      minimumSeverity: readMinimumSeverity(config),
      failClosed: config.getOptionalBoolean('audit.failClosed') ?? true,
    });
  },
});

function readMinimumSeverity(config: RootConfigService): AuditSeverity {
  const value = config.getOptionalString('audit.minimumSeverity') ?? 'medium';
  if (value !== 'low' && value !== 'medium') {
    throw new InputError(
      `audit.minimumSeverity is '${value}': write low or medium`,
    );
  }
  return value;
}

/** The lines of upstream's auditor, which keeps the function that writes them to itself. */
function createLog(logger: LoggerService, config: RootConfigService) {
  const auditLogger = logger.child({ isAuditEvent: true });
  const levels = readLogLevels(config);
  return (event: AuditorEvent) => {
    const level = levels[event.severityLevel];
    const message = `${event.plugin}.${event.eventId}`;
    if (event.status === 'failed') {
      const { error, ...rest } = event;
      auditLogger.child(rest as unknown as JsonObject)[level](message, error);
    } else {
      auditLogger[level](message, event as unknown as JsonObject);
    }
  };
}

function readLogLevels(
  config: RootConfigService,
): Record<AuditSeverity, LogLevel> {
  const levelOf = (severity: AuditSeverity): LogLevel => {
    const key = `backend.auditor.severityLogLevelMappings.${severity}`;
    const value =
      config.getOptionalString(key) ?? (severity === 'low' ? 'debug' : 'info');
    const level = LOG_LEVELS.find(each => each === value);
    if (!level) {
      throw new InputError(
        `${key} is '${value}': write ${LOG_LEVELS.join(', ')}`,
      );
    }
    return level;
  };
  return Object.fromEntries(
    auditSeverities.map(severity => [severity, levelOf(severity)]),
  ) as Record<AuditSeverity, LogLevel>;
}
