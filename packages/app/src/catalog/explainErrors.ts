import {
  ANNOTATION_LOCATION,
  type Entity,
  parseLocationRef,
} from '@backstage/catalog-model';
import type { AlphaEntity } from '@backstage/catalog-model/alpha';
import type { CatalogApi } from './CatalogApi';

/** What the catalog puts before a reason: which part of it found it. */
const FINDERS =
  /^(?:Processor \S+ threw an error while (?:preprocessing|postprocessing|validating the entity \S+|reading \S+); caused by |(?:[A-Z]\w*)?Error: )+/;
const UNREADABLE = /^Unable to read \w+, (?:(?:[A-Z]\w*)?Error: )?/;

/** What is wrong with a document, without the names of the catalog's parts. */
export function explainError(message: string): string {
  return message
    .replace(FINDERS, '')
    .replace(UNREADABLE, 'The file cannot be read: ');
}

/** The address of the file that an entity is in, where it is one. */
export function fileOf(entity: Entity): string | undefined {
  const ref = entity.metadata.annotations?.[ANNOTATION_LOCATION];
  if (!ref) {
    return undefined;
  }
  try {
    const { type, target } = parseLocationRef(ref);
    return type === 'url' || type === 'file' ? target : undefined;
  } catch {
    return undefined;
  }
}

/** A reason with the address of the file, unless it names it itself. */
export function withFile(reason: string, file: string | undefined): string {
  return file && !reason.includes(file)
    ? `${reason.replace(/[^.!?]$/, '$&.')} The file: ${file}`
    : reason;
}

/**
 * Lets an entity's page say what is wrong in people's words, and in which file.
 *
 * @remarks
 *
 * Upstream's panel shows the catalog's messages as they are, and of a file the name of its location, which is a hash.
 */
export function explainErrors(api: CatalogApi): CatalogApi {
  const getEntityAncestors = api.getEntityAncestors.bind(api);
  api.getEntityAncestors = async (...args) => {
    const answer = await getEntityAncestors(...args);
    return {
      ...answer,
      items: answer.items.map(item => ({
        ...item,
        entity: explain(item.entity),
      })),
    };
  };
  return api;
}

function explain(entity: Entity): Entity {
  const { kind, metadata, spec, status } = entity as AlphaEntity;
  const isFile =
    kind === 'Location' && !metadata.title && typeof spec?.target === 'string';
  const file = isFile ? String(spec.target) : fileOf(entity);
  return {
    ...entity,
    metadata: isFile ? { ...metadata, title: file } : metadata,
    ...(status?.items && {
      status: {
        ...status,
        items: status.items.map(item =>
          item.error
            ? {
                ...item,
                error: {
                  ...item.error,
                  message: withFile(explainError(item.error.message), file),
                },
              }
            : item,
        ),
      },
    }),
  } as Entity;
}
