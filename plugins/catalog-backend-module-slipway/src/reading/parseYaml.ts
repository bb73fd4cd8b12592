import {
  parseYaml as readYaml,
  toPlainValue,
  type YamlFile,
} from '@slipway/backend-utils';
import { repeatedKeys, type YamlReading } from '@slipway/input';

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
 * signed in can ask for it. Here keys are compared in linear time, and aliases are few. What comes after the first fault of its
 * syntax is not read: the catalog takes nothing of a file that has one.
 */
export function parseYaml(
  text: string,
  reading?: YamlReading,
): ParsedDocument[] {
  let file: YamlFile;
  try {
    file = readYaml(text, reading);
  } catch (error) {
    return [{ fault: (error as Error).message }];
  }
  return file.documents.map(document => {
    const [repeated] = repeatedKeys(document);
    if (repeated) {
      return {
        fault: `line ${file.lineOf(repeated)}: the key "${repeated}" is there twice in one map. Leave one of them out.`,
      };
    }
    try {
      return { content: toPlainValue(document, MOST_BYTES) };
    } catch (error) {
      return { fault: (error as Error).message };
    }
  });
}
