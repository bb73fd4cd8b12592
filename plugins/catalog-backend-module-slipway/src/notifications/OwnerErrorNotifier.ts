import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  DEFAULT_NAMESPACE,
  Entity,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { stringifyError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { NotificationService } from '@backstage/plugin-notifications-node';

const LONGEST_DESCRIPTION = 600;
/** Of one location that cannot be read: entities whose owners are told. */
const MOST_ENTITIES = 100;

/**
 * Tells the owner of an entity that the catalog cannot take in its document.
 *
 * @remarks
 * The entity's page shows the errors of a document that was good before. Of one that never was there is no page, so
 * that nobody would see its errors but the platform team. A repeated error of the same entity renews the first notice.
 *
 * A location has neither page nor owner, and one entity of a forbidden kind keeps all of its file out: who owns what came from it
 * before is told.
 */
export class OwnerErrorNotifier {
  readonly #deps: OwnerErrorNotifierDeps;

  static create(deps: OwnerErrorNotifierDeps): OwnerErrorNotifier {
    return new OwnerErrorNotifier(deps);
  }

  private constructor(deps: OwnerErrorNotifierDeps) {
    this.#deps = deps;
  }

  /** Never fails: a notice that cannot be sent must not disturb the catalog. */
  async onProcessingError(event: {
    unprocessedEntity: Entity;
    errors: Error[];
  }): Promise<void> {
    const { unprocessedEntity: entity, errors } = event;
    const entityRef = stringifyEntityRef(entity);
    try {
      const isLocation = entity.kind === 'Location' && !ownerOf(entity);
      const about = isLocation ? await this.#cameFrom(entity) : [entity];
      const owners = new Set(about.map(ownerOf).filter(owner => owner));
      if (!owners.size) {
        return;
      }
      await this.#deps.notifications.send({
        recipients: { type: 'entity', entityRef: [...owners] as string[] },
        payload: {
          title: isLocation
            ? 'The catalog cannot take in a file any more'
            : `The catalog cannot take in ${entity.metadata.title ?? entity.metadata.name}`,
          description: describe(entity, errors),
          link: pageOf(about[0]),
          severity: 'high',
          topic: 'catalog-errors',
          scope: `catalog-errors:${entityRef}`,
        },
      });
    } catch (error) {
      this.#deps.logger.warn(
        `The owner of ${entityRef} could not be told about its errors: ${stringifyError(error)}`,
      );
    }
  }

  async #cameFrom(location: Entity): Promise<Entity[]> {
    const { auth, catalog } = this.#deps;
    const origin = location.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
    if (!origin) {
      return [];
    }
    const { items } = await catalog.queryEntities(
      {
        filter: {
          [`metadata.annotations.${ANNOTATION_ORIGIN_LOCATION}`]: origin,
        },
        limit: MOST_ENTITIES,
      },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    // The catalog compares without regard to case; addresses differ by it.
    return items.filter(
      each =>
        each.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION] === origin &&
        ownerOf(each),
    );
  }
}

interface OwnerErrorNotifierDeps {
  auth: AuthService;
  catalog: CatalogService;
  notifications: NotificationService;
  logger: LoggerService;
}

function ownerOf(entity: Entity): string | undefined {
  const owner = entity.spec?.owner;
  if (typeof owner !== 'string' || !owner) {
    return undefined;
  }
  return stringifyEntityRef(
    parseEntityRef(owner, {
      defaultKind: 'Group',
      defaultNamespace: entity.metadata.namespace ?? DEFAULT_NAMESPACE,
    }),
  );
}

function describe(entity: Entity, errors: Error[]): string {
  const messages = errors.map(error => error.message).join('; ');
  const location = entity.metadata.annotations?.[ANNOTATION_LOCATION];
  const text = `${messages}${location ? ` (in ${location.replace(/^(url|file):/, '')})` : ''}`;
  return text.length > LONGEST_DESCRIPTION
    ? `${text.slice(0, LONGEST_DESCRIPTION)}…`
    : text;
}

function pageOf(entity: Entity): string {
  const namespace = entity.metadata.namespace ?? DEFAULT_NAMESPACE;
  return `/catalog/${[namespace, entity.kind, entity.metadata.name]
    .map(part => encodeURIComponent(part.toLocaleLowerCase('en-US')))
    .join('/')}`;
}
