import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConfigReader, type Config } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import {
  TechdocsGenerator,
  type GeneratorRunOptions,
} from '@backstage/plugin-techdocs-node';
import type { Beyond } from './allowedSettings';
import { guardDocs } from './guardDocs';
import { MkDocsRunner } from './MkDocsRunner';

/** Upstream's generator, which only gets to see what cannot reach into the portal. */
export class GuardedDocsGenerator extends TechdocsGenerator {
  readonly #beyond: Beyond;

  static create(
    config: Config,
    options: { logger: LoggerService },
  ): GuardedDocsGenerator {
    const runIn =
      config.getOptionalString('techdocs.generators.techdocs') ??
      config.getOptionalString('techdocs.generator.runIn');
    return new GuardedDocsGenerator(
      {
        ...(runIn === 'local'
          ? {
              config: inContainer(config),
              containerRunner: MkDocsRunner.create(),
            }
          : { config }),
        logger: options.logger,
        scmIntegrations: ScmIntegrations.fromConfig(config),
      },
      readBeyond(config),
    );
  }

  private constructor(
    options: ConstructorParameters<typeof TechdocsGenerator>[0],
    beyond: Beyond,
  ) {
    super(options);
    this.#beyond = beyond;
  }

  override async run(options: GeneratorRunOptions): Promise<void> {
    // Upstream's logger of one build: its lines are shown to who looks at the page.
    for (const line of await guardDocs(options.inputDir, this.#beyond)) {
      options.logger.warn(line);
    }
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

/** Upstream's settings, whose names say what they are. */
function readBeyond(config: Config): Beyond {
  const list = (key: string) =>
    config.getOptionalStringArray(`techdocs.generator.mkdocs.${key}`) ?? [];
  return {
    keys: new Set(list('dangerouslyAllowAdditionalKeys')),
    plugins: new Set([
      ...list('dangerouslyAllowAdditionalPlugins'),
      ...list('defaultPlugins'),
    ]),
  };
}
