import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConfigReader, type Config } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import {
  TechdocsGenerator,
  type GeneratorRunOptions,
} from '@backstage/plugin-techdocs-node';
import { guardDocs } from './guardDocs';
import { MkDocsRunner } from './MkDocsRunner';

/** Upstream's generator, which only gets to see what cannot reach into the portal. */
export class GuardedDocsGenerator extends TechdocsGenerator {
  static create(
    config: Config,
    options: { logger: LoggerService },
  ): GuardedDocsGenerator {
    const runIn =
      config.getOptionalString('techdocs.generators.techdocs') ??
      config.getOptionalString('techdocs.generator.runIn');
    return new GuardedDocsGenerator({
      ...(runIn === 'local'
        ? {
            config: inContainer(config),
            containerRunner: MkDocsRunner.create(),
          }
        : { config }),
      logger: options.logger,
      scmIntegrations: ScmIntegrations.fromConfig(config),
    });
  }

  override async run(options: GeneratorRunOptions): Promise<void> {
    await guardDocs(options.inputDir);
    await super.run(options);
  }
}

/** The same settings for upstream's way with a container, in whose place {@link MkDocsRunner} stands. */
function inContainer(config: Config): Config {
  return new ConfigReader({
    techdocs: {
      generator: {
        ...config.getOptional<object>('techdocs.generator'),
        runIn: 'docker',
      },
    },
  });
}
