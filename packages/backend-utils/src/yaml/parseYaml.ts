import { InputError } from '@backstage/errors';
import { linesOf, readYamlDocuments, type YamlReading } from '@slipway/input';
import type { Document, Node } from 'yaml';

/** A file of YAML that {@link parseYaml} has read. */
export interface YamlFile {
  /** In the order of the file, without errors. */
  documents: Document.Parsed[];
  /** Where a node is, from 1 on. */
  lineOf(node: { range?: Node['range'] }): number;
}

/**
 * Reads YAML that anybody may have written, in linear time: see {@link readYamlDocuments}, which says what is refused.
 *
 * @param text - of at most some megabytes; the caller looks at that before
 * @param reading - what else is asked of it
 * @throws InputError that names the line, the column and the reason, but not the file
 */
export function parseYaml(text: string, reading?: YamlReading): YamlFile {
  const documents = readYamlDocuments(text, reading);
  const lines = linesOf(text);
  return {
    documents,
    lineOf: ({ range }) => lines.linePos(range?.[0] ?? 0).line,
  };
}

/**
 * The plain value of a document, as `JSON.parse` would give it.
 *
 * @param document - one of {@link parseYaml}
 * @param mostSize - of the value when each alias is written out, in characters of its names and texts. Without aliases no
 *   file's value is larger than the file
 * @throws InputError that says what is wrong with the document
 */
export function toPlainValue(
  document: Document.Parsed,
  mostSize: number,
): unknown {
  let value: unknown;
  try {
    // What it would count has been counted, and its way takes minutes.
    value = document.toJS({ maxAliasCount: -1 });
    if (sizeOf(value, new Map()) <= mostSize) {
      return value;
    }
  } catch (error) {
    // An alias without anchor.
    throw new InputError((error as Error).message);
  }
  throw new InputError(
    `a document has more than ${mostSize} characters when its aliases are written out. Write less, or part it into several documents.`,
  );
}

/** The same object counts each time, as in JSON, but is looked at only once. */
function sizeOf(value: unknown, known: Map<object, number>): number {
  if (typeof value === 'string') {
    return value.length || 1;
  }
  if (typeof value !== 'object' || value === null) {
    return 1;
  }
  const size = known.get(value);
  if (size !== undefined) {
    return size;
  }
  // For what holds itself there is no JSON.
  known.set(value, Infinity);
  let sum = 1;
  for (const [key, child] of Object.entries(value)) {
    sum += (Array.isArray(value) ? 0 : key.length) + sizeOf(child, known);
  }
  known.set(value, sum);
  return sum;
}
