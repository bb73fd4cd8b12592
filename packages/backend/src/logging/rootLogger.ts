import { createConfigSecretEnumerator } from '@backstage/backend-defaults/rootConfig';
import {
  WinstonLogger,
  type WinstonLoggerLevelOverride,
} from '@backstage/backend-defaults/rootLogger';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { format } from 'winston';
import { requestContext } from '../http/requestContext';
import { errorMessageFormat } from './errorMessage';
import { logConsole } from './logConsole';
import { redactionsServiceRef } from './redactions';
import { readSecretSchema } from './secretSchema';
import { withoutQueriesFormat } from './withoutQueries';
import { withoutUserNames } from './withoutUserNames';

/** Adds the id of the request that a line was written for. */
export const requestIdFormat = format(info => {
  // Winston hands out a copy: it may be changed, and thousands of lines a second need not be copied.
  info.requestId ??= requestContext.getStore()?.requestId;
  return info;
});

/**
 * The default logger (JSON in production, secrets from the configuration redacted, levels by
 * `backend.logger`), whose lines carry the request id and no values of queries. In production the console's lines are its own too.
 */
export const rootLoggerWithRequestIdServiceFactory = createServiceFactory({
  service: coreServices.rootLogger,
  deps: { config: coreServices.rootConfig, redactions: redactionsServiceRef },
  async factory({ config, redactions }) {
    const logger = WinstonLogger.create({
      meta: {
        service: 'slipway',
        ...config.getOptional<Record<string, string>>('backend.logger.meta'),
      },
      level:
        process.env.LOG_LEVEL ||
        config.getOptionalString('backend.logger.level') ||
        'info',
      format: format.combine(
        errorMessageFormat(),
        requestIdFormat(),
        withoutQueriesFormat(),
        process.env.NODE_ENV === 'production'
          ? format.combine(format.timestamp(), format.json())
          : WinstonLogger.colorFormat(),
      ),
    });
    const secretsIn = await createConfigSecretEnumerator({
      logger,
      schema: await readSecretSchema(),
    });
    const apply = () => {
      const secrets = [...secretsIn(withoutUserNames(config))];
      logger.addRedactions(secrets);
      redactions.add(secrets);
      logger.setLevelOverrides(readOverrides(config));
    };
    apply();
    config.subscribe?.(apply);
    if (process.env.NODE_ENV === 'production') {
      logConsole(logger);
    }
    return logger;
  },
});

function readOverrides(config: Config): WinstonLoggerLevelOverride[] {
  return (
    config
      .getOptionalConfigArray('backend.logger.overrides')
      ?.map(override => ({
        level: override.getString('level'),
        matchers: override
          .getConfig('matchers')
          .get<WinstonLoggerLevelOverride['matchers']>(),
      })) ?? []
  );
}
