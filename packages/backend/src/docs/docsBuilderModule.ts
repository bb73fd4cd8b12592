import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { DocsBuilder } from './DocsBuilder';

/** Builds documentation in the background, where the portal is what builds it (`techdocs.builder: local`). */
export const docsBuilderModule = createBackendModule({
  pluginId: 'techdocs',
  moduleId: 'docs-builder',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        logger: coreServices.logger,
        scheduler: coreServices.scheduler,
      },
      async init({ config, scheduler, ...deps }) {
        if (config.getOptionalString('techdocs.builder') !== 'local') {
          return;
        }
        const builder = DocsBuilder.create(deps);
        await scheduler.scheduleTask({
          id: 'slipway-build-docs',
          frequency: { minutes: 2 },
          timeout: { minutes: 30 },
          initialDelay: { seconds: 15 },
          fn: signal => builder.run(signal),
        });
      },
    });
  },
});
