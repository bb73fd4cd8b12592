import {
  parseYaml as readYaml,
  toPlainValue,
  type YamlFile,
} from '@slipway/backend-utils';
import { isScalar, visit, type Document } from 'yaml';

/** Of one file, and of each document of it. A larger one keeps the portal from everything else while it is read. */
export const MOST_BYTES = 2 ** 20;

/** A document of a file: what is in it, or what is wrong with it. */
export type ParsedDocument = { content: unknown } | { fault: string };

/**
 * Reads YAML in a time that grows with its length.
 *
 * @remarks
 *
 * Upstream lets the library compare each key of a mapping with all before it, and each alias with all anchors. Thirty thousand
 * keys, a third of a megabyte, then hold up the whole portal for eleven seconds, as many aliases for a minute, and whoever is
 * signed in can ask for it. Here keys are compared in linear time, and aliases are few.
 */
export function parseYaml(text: string): ParsedDocument[] {
  let file: YamlFile;
  try {
    file = readYaml(text);
  } catch (error) {
    return [{ fault: (error as Error).message }];
  }
  return file.documents.map(document => {
    const fault = document.errors[0]?.toString() ?? repeatedKey(document);
    if (fault) {
      return { fault };
    }
    try {
      return { content: toPlainValue(document, MOST_BYTES) };
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
