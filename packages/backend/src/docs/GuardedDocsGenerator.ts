import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConfigReader, type Config } from '@backstage/config';
import {
  ScmIntegrations,
  type ScmIntegrationRegistry,
} from '@backstage/integration';
import {
  TechdocsGenerator,
  type GeneratorRunOptions,
} from '@backstage/plugin-techdocs-node';
import { repositoryOf } from '@slipway/backend-utils';
import type { Beyond } from './allowedSettings';
import { guardDocs } from './guardDocs';
import { MkDocsRunner } from './MkDocsRunner';

/** Upstream's generator, which only gets to see what cannot reach into the portal. */
export class GuardedDocsGenerator extends TechdocsGenerator {
  readonly #beyond: Beyond;
  readonly #integrations: ScmIntegrationRegistry;
  readonly #runner: MkDocsRunner;

  static create(
    config: Config,
    options: { logger: LoggerService },
  ): GuardedDocsGenerator {
    const runIn =
      config.getOptionalString('techdocs.generators.techdocs') ??
      config.getOptionalString('techdocs.generator.runIn');
    const integrations = ScmIntegrations.fromConfig(config);
    const runner = MkDocsRunner.create();
    return new GuardedDocsGenerator(
      {
        ...(runIn === 'local'
          ? {
              config: inContainer(config),
              containerRunner: runner,
            }
          : { config }),
        logger: options.logger,
        scmIntegrations: integrations,
      },
      { beyond: readBeyond(config), integrations, runner },
    );
  }

  private constructor(
    options: ConstructorParameters<typeof TechdocsGenerator>[0],
    own: {
      beyond: Beyond;
      integrations: ScmIntegrationRegistry;
      runner: MkDocsRunner;
    },
  ) {
    super(options);
    this.#beyond = own.beyond;
    this.#integrations = own.integrations;
    this.#runner = own.runner;
  }

  /** Stops what is being built, when the portal stops. */
  stop(): Promise<void> {
    return this.#runner.stop();
  }

  override async run(options: GeneratorRunOptions): Promise<void> {
    // Upstream's logger of one build: its lines are shown to who looks at the page.
    for (const line of await guardDocs(options.inputDir, this.#beyond)) {
      options.logger.warn(line);
    }
    const place = options.parsedLocationAnnotation?.target ?? options.inputDir;
    await this.#runner.during(
      options.inputDir,
      {
        // Hosts take it in any case of letters.
        repository: (
          repositoryOf(place, this.#integrations) ?? place
        ).toLowerCase(),
        version: options.etag && `${place} ${options.etag}`,
      },
      () => super.run(options),
    );
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
