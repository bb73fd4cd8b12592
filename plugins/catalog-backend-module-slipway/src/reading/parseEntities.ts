import { stringifyLocationRef, type Entity } from '@backstage/catalog-model';
import {
  processingResult,
  type CatalogProcessorParser,
} from '@backstage/plugin-catalog-node';
import { isScalar, parseAllDocuments, visit, type Document } from 'yaml';

/** Of one file. A larger one keeps the portal from everything else while it is read. */
const MOST_BYTES = 2 ** 20;

/**
 * Reads the entities of a file of YAML, in the place of upstream's parser.
 *
 * @remarks
 *
 * Upstream lets the library compare each key of a mapping with all before it. Thirty thousand keys, a third of a megabyte, then
 * hold up the whole portal for eleven seconds, and whoever is signed in can ask for it. Here keys are compared in linear
 * time, and files have an end.
 *
 * @public
 */
export const parseEntities: CatalogProcessorParser = async function* parse({
  data,
  location,
}) {
  const at = stringifyLocationRef(location);
  const wrong = (sentence: string) =>
    processingResult.generalError(location, sentence);
  if (data.length > MOST_BYTES) {
    yield wrong(
      `${at} has ${data.length} bytes, and at most ${MOST_BYTES} are read. Put long texts, such as the definition of an API, into files of their own, and name them by $text.`,
    );
    return;
  }
  let documents: Document.Parsed[];
  try {
    documents = [
      ...parseAllDocuments(data.toString('utf8'), { uniqueKeys: false }),
    ];
  } catch (error) {
    // Nested deeper than there is room for.
    yield wrong(`YAML error at ${at}, ${(error as Error).message}`);
    return;
  }
  for (const document of documents) {
    const fault = document.errors[0]?.toString() ?? repeatedKey(document);
    if (fault) {
      yield wrong(`YAML error at ${at}, ${fault}`);
      continue;
    }
    let content: unknown;
    try {
      content = document.toJSON();
    } catch (error) {
      // Aliases that stand for more than anybody would write.
      yield wrong(`YAML error at ${at}, ${(error as Error).message}`);
      continue;
    }
    if (isPlainObject(content)) {
      yield processingResult.entity(location, content as unknown as Entity);
    } else if (content !== null) {
      yield wrong(
        `${at} has a document that is no map. Begin it with apiVersion, kind and metadata.`,
      );
    }
  }
};

function repeatedKey(document: Document.Parsed): string | undefined {
  let repeated: string | undefined;
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name)) {
          repeated = String(name);
          return visit.BREAK;
        }
        seen.add(name);
      }
      return undefined;
    },
  });
  return repeated === undefined
    ? undefined
    : `the key "${repeated}" is there twice in one map. Leave one of them out.`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
