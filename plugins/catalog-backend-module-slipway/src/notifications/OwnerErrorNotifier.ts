import { createHash } from 'node:crypto';
import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import {
  ANNOTATION_ORIGIN_LOCATION,
  DEFAULT_NAMESPACE,
  Entity,
  parseEntityRef,
  parseLocationRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { stringifyError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { Config } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import { repositoryOf } from '@slipway/backend-utils';
import { NoticeLimit } from './NoticeLimit';

/** Errors of one location that come within this time become one notice. */
const GATHER_MS = 5_000;
/** Of one location: documents that are looked up. */
const MOST_DOCUMENTS = 1000;
/** Of one location that cannot be read: entities whose owners are told. */
const MOST_ENTITIES = 100;
/** Locations that are gathered at once. */
const MOST_LOCATIONS = 1000;
/** Entities that a notice names. */
const MOST_NAMES = 10;

/** An entity can be megabytes long. */
const FIELDS = [
  'kind',
  'metadata.name',
  'metadata.namespace',
  'metadata.annotations',
  'spec.owner',
];

/** What went wrong of one location: entity refs with the kinds of their errors. */
interface Gathered {
  documents: Map<string, Set<string>>;
  /** Of entities of kind Location: all of a file is kept out. */
  files: Map<string, Set<string>>;
}

/**
 * Tells the owners of entities that the catalog cannot take in their documents any more.
 *
 * @remarks
 * Whoever can push a document writes into it what they like, its owner too. So only who owns what the catalog already has is told,
 * by what it has; of a document, a notice has the ref and the kind of error, and nothing else, and its title not even that. Errors of one
 * location become one notice, which later ones renew.
 *
 * A location has neither page nor owner, and one entity of a forbidden kind keeps all of its file out: who owns what came from it
 * before is told.
 */
export class OwnerErrorNotifier {
  readonly #deps: OwnerErrorNotifierDeps;
  readonly #integrations: ScmIntegrations;
  readonly #limit = NoticeLimit.create();
  #gathered = new Map<string, Gathered>();

  static create(deps: OwnerErrorNotifierDeps): OwnerErrorNotifier {
    return new OwnerErrorNotifier(deps);
  }

  private constructor(deps: OwnerErrorNotifierDeps) {
    this.#deps = deps;
    this.#integrations = ScmIntegrations.fromConfig(deps.config);
  }

  /** Never fails, and does not wait: a notice that cannot be sent must not disturb the catalog. */
  async onProcessingError(event: {
    unprocessedEntity: Entity;
    errors: Error[];
  }): Promise<void> {
    const { unprocessedEntity: entity, errors } = event;
    const location = entity.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
    if (
      !location ||
      (!this.#gathered.has(location) && this.#gathered.size >= MOST_LOCATIONS)
    ) {
      return;
    }
    if (!this.#gathered.size) {
      setTimeout(() => this.#tell(), this.#deps.gatherMs ?? GATHER_MS).unref();
    }
    const gathered = this.#gathered.get(location) ?? {
      documents: new Map(),
      files: new Map(),
    };
    this.#gathered.set(location, gathered);
    const into =
      entity.kind === 'Location' ? gathered.files : gathered.documents;
    const ref = stringifyEntityRef(entity);
    if (into.has(ref) || into.size < MOST_DOCUMENTS) {
      into.set(ref, new Set(errors.map(kindOf)));
    }
  }

  async #tell(): Promise<void> {
    const all = this.#gathered;
    this.#gathered = new Map();
    for (const [location, gathered] of all) {
      try {
        await this.#tellOf(location, gathered);
      } catch (error) {
        this.#deps.logger.warn(
          `Owners could not be told about errors of ${location}: ${stringifyError(error)}`,
        );
      }
    }
  }

  async #tellOf(location: string, gathered: Gathered): Promise<void> {
    const known = await this.#known([...gathered.documents.keys()]);
    if (gathered.files.size) {
      known.push(...(await this.#cameFrom(location)));
    }
    const byOwner = new Map<string, Map<string, Entity>>();
    for (const entity of known) {
      const owner = ownerOf(entity);
      if (owner) {
        const entities = byOwner.get(owner) ?? new Map<string, Entity>();
        byOwner.set(owner, entities.set(stringifyEntityRef(entity), entity));
      }
    }
    for (const [owner, entities] of byOwner) {
      const what = this.#limit.take(owner, this.#sourceOf(location), location);
      if (what === 'all') {
        await this.#send(owner, {
          title: titleOf(gathered, entities),
          description: describe(gathered, entities),
          link: pageOf([...entities.values()][0]),
          // Addresses can be longer than a scope.
          scope: createHash('sha256').update(location).digest('hex'),
        });
        continue;
      }
      this.#deps.logger.warn(
        `${owner} is not told about errors of ${location}: there were notices about too many other locations within the hour`,
      );
      if (what === 'hint') {
        await this.#send(owner, {
          title: 'The catalog cannot take in documents of more places',
          description:
            'So many places have errors that there is no notice of each within this hour. What is wrong is on the pages of what you own.',
          link: `/catalog?filters[kind]=all&filters[owners]=${encodeURIComponent(owner)}`,
          scope: 'more',
        });
      }
    }
  }

  async #send(
    owner: string,
    notice: { title: string; description: string; link: string; scope: string },
  ): Promise<void> {
    await this.#deps.notifications.send({
      recipients: { type: 'entity', entityRef: [owner] },
      payload: {
        ...notice,
        // Drawn as a hint; "normal" is drawn as something that went well. Others can cause it, so it is not loud.
        severity: 'low',
        topic: 'catalog-errors',
        scope: `catalog-errors:${notice.scope}`,
      },
    });
  }

  /** Where a location is, for who can write there: the repository, or else the host. */
  #sourceOf(location: string): string {
    const { target } = parseLocationRef(location);
    const repository = repositoryOf(target, this.#integrations);
    // Hosts take it in any case of letters.
    return (
      repository?.toLowerCase() ??
      (URL.canParse(target) ? new URL(target).host : target)
    );
  }

  /** What the catalog has from before, with the owners that it knew then. */
  async #known(entityRefs: string[]): Promise<Entity[]> {
    const { auth, catalog } = this.#deps;
    if (!entityRefs.length) {
      return [];
    }
    const { items } = await catalog.getEntitiesByRefs(
      { entityRefs, fields: FIELDS },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return items.filter(entity => entity !== undefined);
  }

  async #cameFrom(origin: string): Promise<Entity[]> {
    const { auth, catalog } = this.#deps;
    const { items } = await catalog.queryEntities(
      {
        filter: {
          [`metadata.annotations.${ANNOTATION_ORIGIN_LOCATION}`]: origin,
        },
        fields: FIELDS,
        limit: MOST_ENTITIES,
      },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    // The catalog compares without regard to case; addresses differ by it.
    return items.filter(
      each =>
        each.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION] === origin,
    );
  }
}

interface OwnerErrorNotifierDeps {
  auth: AuthService;
  catalog: CatalogService;
  config: Config;
  notifications: NotificationService;
  logger: LoggerService;
  gatherMs?: number;
}

/** Such as `InputError`. */
function kindOf(error: Error): string {
  return /^[A-Za-z]{1,50}$/.test(error.name) ? error.name : 'Error';
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

/** Without names: whoever chose them would have the first word in the owner's bell. */
function titleOf(gathered: Gathered, entities: Map<string, Entity>): string {
  if (gathered.files.size) {
    return 'The catalog cannot take in a file any more';
  }
  const documents =
    entities.size === 1 ? 'a document' : `${entities.size} documents`;
  return `The catalog cannot take in ${documents} any more`;
}

function describe(
  { documents, files }: Gathered,
  entities: Map<string, Entity>,
): string {
  const names = [...entities.keys()].map(ref => withKinds(ref, documents));
  const more = names.length - MOST_NAMES;
  const list = `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
  return files.size
    ? `What came from it stays as it was: ${list}. What is wrong is on the page of ${[...files.keys()].map(ref => withKinds(ref, files))[0]}.`
    : `They stay as they were: ${list}. What is wrong is on their pages.`;
}

function withKinds(ref: string, from: Map<string, Set<string>>): string {
  const kinds = from.get(ref);
  return kinds?.size ? `${ref} (${[...kinds].join(', ')})` : ref;
}

function pageOf(entity: Entity): string {
  const namespace = entity.metadata.namespace ?? DEFAULT_NAMESPACE;
  return `/catalog/${[namespace, entity.kind, entity.metadata.name]
    .map(part => encodeURIComponent(part.toLocaleLowerCase('en-US')))
    .join('/')}`;
}
