import {
  ANNOTATION_LOCATION,
  parseLocationRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { Config } from '@backstage/config';
import { InputError, NotAllowedError } from '@backstage/errors';
import {
  ScmIntegrations,
  type ScmIntegrationRegistry,
} from '@backstage/integration';
import { getLocationForEntity } from '@backstage/plugin-techdocs-node';
import { repositoryOf } from '@slipway/backend-utils';

const REF = 'backstage.io/techdocs-ref';
const ALLOWED = 'techdocs.slipway.allowedSources';

/**
 * Decides from where documentation may be read. The portal reads it with an account of its own, and shows it to everybody:
 * whoever registers an entity must not make a repository readable that others keep to themselves.
 */
export class DocsSources {
  readonly #integrations: ScmIntegrationRegistry;
  readonly #allowed: Set<string>;

  /** @throws InputError when a source in the configuration is no repository of a configured git host */
  static fromConfig(config: Config): DocsSources {
    const integrations = ScmIntegrations.fromConfig(config);
    const sources = config.getOptionalStringArray(ALLOWED) ?? [];
    const allowed = sources.map(source => {
      const repository = repositoryOf(source, integrations);
      if (!repository) {
        throw new InputError(
          `${ALLOWED}: ${source} is no repository of a git host in integrations. Write its address as the browser shows it, such as https://github.com/acme/handbook.`,
        );
      }
      return repository;
    });
    return new DocsSources(integrations, new Set(allowed));
  }

  private constructor(
    integrations: ScmIntegrationRegistry,
    allowed: Set<string>,
  ) {
    this.#integrations = integrations;
    this.#allowed = allowed;
  }

  /**
   * @remarks
   *
   * An entity's own place is `managed-by-location`, which the catalog sets. `source-location` is what the document says, and
   * upstream resolves `dir:` against it; `dir:` may also be an address or climb out of the repository. So what counts is where a
   * reference leads in the end. Files of this machine are read only for entities that come from such files:
   * only the configuration can name those.
   *
   * @throws NotAllowedError that names the reference and what to do
   */
  check(entity: Entity): void {
    const ref = entity.metadata.annotations?.[REF];
    const place = entity.metadata.annotations?.[ANNOTATION_LOCATION];
    if (!ref || !place) {
      throw new InputError(
        `${stringifyEntityRef(entity)} has no ${REF}, or no place where it comes from.`,
      );
    }
    const own = parseLocationRef(place);
    if (own.type === 'file') {
      return;
    }
    const target = getLocationForEntity(entity, this.#integrations);
    const home = repositoryOf(own.target, this.#integrations);
    const repository =
      target.type === 'url'
        ? repositoryOf(target.target, this.#integrations)
        : undefined;
    if (repository && (repository === home || this.#allowed.has(repository))) {
      return;
    }
    throw new NotAllowedError(
      `The documentation of ${stringifyEntityRef(entity)} is not read from ${ref}: ${
        repository ?? `${target.type}:${target.target}`
      } is not the entity's own repository${
        home ? `, which is ${home}` : ''
      }. Keep the documentation beside the entity's ${own.target
        .split('/')
        .pop()} and write ${REF}: dir:. there, or ask the platform team to list the repository in ${ALLOWED}.`,
    );
  }
}
