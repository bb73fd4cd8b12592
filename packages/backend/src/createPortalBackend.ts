import { createSpecializedBackend } from '@backstage/backend-app-api';
import { defaultServiceFactories } from '@backstage/backend-defaults';
import { catalogModuleUnprocessed } from '@slipway/plugin-catalog-backend-module-slipway';
import { shortPermissionsServiceFactory } from '@slipway/plugin-permission-backend-module-slipway';
import { recordingAuditorServiceFactory } from './audit/auditorService';
import { consentAuditModule } from './auth/consentAuditModule';
import { explainUnknownPeopleMiddleware } from './auth/explainUnknownPeople';
import { httpAuthNamingAgentsServiceFactory } from './auth/httpAuthService';
import { registeredAtModule } from './catalog/registeredAtModule';
import { configuredFeatures } from './configuredFeatures';
import { databaseInTurnsServiceFactory } from './database/databaseService';
import { docsBuilderModule } from './docs/docsBuilderModule';
import { databaseReadinessModule } from './health/databaseReadinessModule';
import { readinessChecksServiceFactory } from './health/readinessChecks';
import { rootHealthWithChecksServiceFactory } from './health/rootHealth';
import { rootHttpRouterWithRequestsServiceFactory } from './http/rootHttpRouter';
import { redactionsServiceFactory } from './logging/redactions';
import { rootLoggerWithRequestIdServiceFactory } from './logging/rootLogger';
import { answeredModule } from './notifications/answeredModule';
import { answerLinksMiddleware } from './notifications/answerLinks';
import { installMetrics } from './telemetry/installMetrics';
import { createMetricsServerServiceFactory } from './telemetry/metricsServer';

/**
 * Puts the portal's process together, without starting it.
 *
 * @remarks
 * A company that builds on Slipway adds its own plugins and modules to what this returns. To be called once in a
 * process: metrics are collected globally.
 */
export function createPortalBackend() {
  // The meter provider is global and is asked for when a plugin is created: it has to be there first.
  const metrics = installMetrics();

  const backend = createSpecializedBackend({
    defaultServiceFactories,
    extensionPointFactoryMiddleware: [
      answerLinksMiddleware,
      explainUnknownPeopleMiddleware,
    ],
  });

  backend.add(redactionsServiceFactory);
  backend.add(rootLoggerWithRequestIdServiceFactory);
  backend.add(recordingAuditorServiceFactory);
  backend.add(databaseInTurnsServiceFactory);
  backend.add(readinessChecksServiceFactory);
  backend.add(rootHealthWithChecksServiceFactory);
  backend.add(rootHttpRouterWithRequestsServiceFactory);
  backend.add(httpAuthNamingAgentsServiceFactory);
  backend.add(shortPermissionsServiceFactory);
  backend.add(createMetricsServerServiceFactory(metrics));

  backend.add(import('@backstage/plugin-app-backend'));
  backend.add(import('@backstage/plugin-proxy-backend'));
  backend.add(import('@backstage/plugin-user-settings-backend'));

  // Who you are and what you may do
  backend.add(import('@backstage/plugin-auth-backend'));
  backend.add(import('@backstage/plugin-auth-backend-module-oidc-provider'));
  backend.add(consentAuditModule);
  backend.add(databaseReadinessModule);
  backend.add(import('@backstage/plugin-permission-backend'));
  backend.add(import('@slipway/plugin-permission-backend-module-slipway'));
  backend.add(import('@slipway/plugin-access-backend'));

  // What happened
  backend.add(import('@slipway/plugin-audit-backend'));

  // Catalog
  backend.add(import('@backstage/plugin-catalog-backend'));
  backend.add(
    import('@backstage/plugin-catalog-backend-module-scaffolder-entity-model'),
  );
  backend.add(import('@backstage/plugin-catalog-backend-module-logs'));
  backend.add(catalogModuleUnprocessed);
  backend.add(import('@slipway/plugin-catalog-backend-module-slipway'));
  backend.add(registeredAtModule);

  // Golden paths
  backend.add(import('@backstage/plugin-scaffolder-backend'));
  backend.add(
    import('@backstage/plugin-scaffolder-backend-module-notifications'),
  );
  backend.add(import('@slipway/plugin-scaffolder-backend-module-slipway'));

  // Decisions of people
  backend.add(import('@slipway/plugin-approvals-backend'));

  // What may happen
  backend.add(import('@slipway/plugin-policies-backend'));
  backend.add(import('@slipway/plugin-policies-backend-module-databases'));

  // Databases
  backend.add(import('@slipway/plugin-databases-backend'));
  backend.add(import('@slipway/plugin-databases-backend-module-postgres'));

  // Docs and search
  backend.add(import('@backstage/plugin-techdocs-backend'));
  backend.add(docsBuilderModule);
  backend.add(import('@backstage/plugin-search-backend'));
  backend.add(import('@backstage/plugin-search-backend-module-pg'));
  backend.add(import('@backstage/plugin-search-backend-module-catalog'));
  backend.add(import('@backstage/plugin-search-backend-module-techdocs'));

  // Hints between replicas and to open pages, and the bell
  backend.add(import('@backstage/plugin-events-backend'));
  backend.add(import('@backstage/plugin-signals-backend'));
  backend.add(import('@backstage/plugin-notifications-backend'));
  backend.add(answeredModule);

  // What needs a word in the configuration: actions of git hosts, Kubernetes
  backend.add(configuredFeatures);

  // The same operations for agents and shells
  backend.add(import('@backstage/plugin-mcp-actions-backend'));

  return backend;
}
