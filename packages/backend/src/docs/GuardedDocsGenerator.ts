import { ScmIntegrations } from '@backstage/integration';
import {
  TechdocsGenerator,
  type GeneratorRunOptions,
} from '@backstage/plugin-techdocs-node';
import type { Config } from '@backstage/config';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { guardDocs } from './guardDocs';

/** Upstream's generator, which only gets to see what cannot reach into the portal. */
export class GuardedDocsGenerator extends TechdocsGenerator {
  static create(
    config: Config,
    options: { logger: LoggerService },
  ): GuardedDocsGenerator {
    return new GuardedDocsGenerator({
      config,
      logger: options.logger,
      scmIntegrations: ScmIntegrations.fromConfig(config),
    });
  }

  override async run(options: GeneratorRunOptions): Promise<void> {
    await guardDocs(options.inputDir);
    await super.run(options);
  }
}
