import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { agentsSignIn } from './agents';
import { createConsentAudit } from './createConsentAudit';

/** Leaves on record when a person lets a program act for them, or refuses it. */
export const consentAuditModule = createBackendModule({
  pluginId: 'auth',
  moduleId: 'consent-audit',
  register(reg) {
    reg.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        logger: coreServices.logger,
      },
      async init(deps) {
        // Otherwise there is nothing to agree to.
        if (agentsSignIn(deps.config)) {
          deps.httpRouter.use(createConsentAudit(deps));
        }
      },
    });
  },
});
