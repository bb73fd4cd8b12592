import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import {
  techdocsGeneratorExtensionPoint,
  techdocsPreparerExtensionPoint,
  UrlPreparer,
} from '@backstage/plugin-techdocs-node';
import { CopyingDirectoryPreparer } from './CopyingDirectoryPreparer';
import { DocsBuilder } from './DocsBuilder';
import { DocsSources } from './DocsSources';
import { GuardedDocsGenerator } from './GuardedDocsGenerator';
import { GuardedPreparer } from './GuardedPreparer';
import { limitReader } from './limitReader';

/**
 * Builds documentation in the background, where the portal is what builds it (`techdocs.builder: local`), never where
 * it lies, without access to the portal, and only from where an entity comes from.
 */
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
        generators: techdocsGeneratorExtensionPoint,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        preparers: techdocsPreparerExtensionPoint,
        reader: coreServices.urlReader,
        scheduler: coreServices.scheduler,
      },
      async init({
        config,
        generators,
        lifecycle,
        preparers,
        reader,
        scheduler,
        ...deps
      }) {
        const generator = GuardedDocsGenerator.create(config, {
          logger: deps.logger,
        });
        generators.setTechdocsGenerator(generator);
        lifecycle.addShutdownHook(() => generator.stop());
        const sources = DocsSources.fromConfig(config);
        const reading = { logger: deps.logger, reader: limitReader(reader) };
        preparers.registerPreparer(
          'dir',
          GuardedPreparer.create(
            CopyingDirectoryPreparer.create(config, reading),
            sources,
          ),
        );
        preparers.registerPreparer(
          'url',
          GuardedPreparer.create(UrlPreparer.fromConfig(reading), sources),
        );
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
