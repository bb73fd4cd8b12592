import { isScalar, parseAllDocuments, visit, type Document } from 'yaml';

/** Of one file. A larger one keeps the portal from everything else while it is read. */
export const MOST_BYTES = 2 ** 20;

/** A document of a file: what is in it, or what is wrong with it. */
export type ParsedDocument = { content: unknown } | { fault: string };

/**
 * Reads YAML in a time that grows with its length.
 *
 * @remarks
 *
 * Left to itself the library compares each key of a mapping with all before it. Thirty thousand keys, a third of a megabyte, then
 * hold up the whole portal for eleven seconds, and whoever is signed in can ask for it. Here keys are compared in linear
 * time, and aliases that stand for more than anybody would write are a fault.
 */
export function parseYaml(text: string): ParsedDocument[] {
  let documents: Document.Parsed[];
  try {
    documents = [...parseAllDocuments(text, { uniqueKeys: false })];
  } catch (error) {
    // Nested deeper than there is room for.
    return [{ fault: (error as Error).message }];
  }
  return documents.map(document => {
    const fault = document.errors[0]?.toString() ?? repeatedKey(document);
    if (fault) {
      return { fault };
    }
    try {
      return { content: document.toJSON() };
    } catch (error) {
      return { fault: (error as Error).message };
    }
  });
}

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
