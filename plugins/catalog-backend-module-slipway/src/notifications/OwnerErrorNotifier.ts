import { LoggerService } from '@backstage/backend-plugin-api';
import {
  ANNOTATION_LOCATION,
  DEFAULT_NAMESPACE,
  Entity,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { stringifyError } from '@backstage/errors';
import { NotificationService } from '@backstage/plugin-notifications-node';

const LONGEST_DESCRIPTION = 600;

/**
 * Tells the owner of an entity that the catalog cannot take in its document.
 *
 * @remarks
 * The entity's page shows the errors of a document that was good before. Of one that never was there is no page, so
 * that nobody would see its errors but the platform team. A repeated error of the same entity renews the first notice.
 */
export class OwnerErrorNotifier {
  readonly #notifications: NotificationService;
  readonly #logger: LoggerService;

  static create(options: {
    notifications: NotificationService;
    logger: LoggerService;
  }): OwnerErrorNotifier {
    return new OwnerErrorNotifier(options.notifications, options.logger);
  }

  private constructor(
    notifications: NotificationService,
    logger: LoggerService,
  ) {
    this.#notifications = notifications;
    this.#logger = logger;
  }

  /** Never fails: a notice that cannot be sent must not disturb the catalog. */
  async onProcessingError(event: {
    unprocessedEntity: Entity;
    errors: Error[];
  }): Promise<void> {
    const { unprocessedEntity: entity, errors } = event;
    const entityRef = stringifyEntityRef(entity);
    try {
      const owner = ownerOf(entity);
      if (!owner) {
        return;
      }
      await this.#notifications.send({
        recipients: { type: 'entity', entityRef: owner },
        payload: {
          title: `The catalog cannot take in ${entity.metadata.title ?? entity.metadata.name}`,
          description: describe(entity, errors),
          link: pageOf(entity),
          severity: 'high',
          topic: 'catalog-errors',
          scope: `catalog-errors:${entityRef}`,
        },
      });
    } catch (error) {
      this.#logger.warn(
        `The owner of ${entityRef} could not be told about its errors: ${stringifyError(error)}`,
      );
    }
  }
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
