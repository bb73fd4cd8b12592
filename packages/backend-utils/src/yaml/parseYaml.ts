import { InputError } from '@backstage/errors';
import {
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
} from 'yaml';

/** Of one file. The library looks at all anchors for each alias, so that many aliases take quadratic time. */
const MOST_ALIASES = 100;
/** Of one file. Each costs about as much as a hundred lines. */
const MOST_DOCUMENTS = 10_000;
/** `---` begins a document and `...` ends one, wherever they stand at the beginning of a line. */
const MARKER = /^(?:---|\.\.\.)(?=\s|$)/gm;

/** A file of YAML that {@link parseYaml} has read. */
export interface YamlFile {
  /** In the order of the file. They may have `errors`. */
  documents: Document.Parsed[];
  /** Where a node is, from 1 on. */
  lineOf(node: { range?: Node['range'] }): number;
}

/**
 * Reads YAML that anybody may have written, in linear time.
 *
 * @remarks
 * The library has several ways to spend minutes on a small file: it compares each key with all before it, each alias with all
 * anchors, and writes out lists and maps that are keys again and again. None of them is used by people. Keys that are
 * there twice are no error here, and the tags and merges of YAML 1.1 are not known, whatever version the file says.
 *
 * @param text - of at most some megabytes; the caller looks at that before
 * @throws InputError that names the line and the way out, but not the file
 */
export function parseYaml(text: string): YamlFile {
  let markers = 0;
  for (const { index } of text.matchAll(MARKER)) {
    markers += 1;
    if (markers > MOST_DOCUMENTS) {
      const line = text.slice(0, index).split('\n').length;
      throw new InputError(
        `line ${line}: a file can have at most ${MOST_DOCUMENTS} documents. Part it into several files.`,
      );
    }
  }
  const lineCounter = new LineCounter();
  const lineOf: YamlFile['lineOf'] = ({ range }) =>
    lineCounter.linePos(range?.[0] ?? 0).line;
  try {
    const documents = [
      ...parseAllDocuments(text, {
        lineCounter,
        logLevel: 'silent',
        merge: false,
        resolveKnownTags: false,
        schema: 'core',
        uniqueKeys: false,
      }),
    ];
    refuseExpensive(documents, lineOf);
    return { documents, lineOf };
  } catch (error) {
    throw deepOr(error);
  }
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
    throw deepOr(error);
  }
  throw new InputError(
    `a document has more than ${mostSize} characters when its aliases are written out. Write less, or part it into several documents.`,
  );
}

function refuseExpensive(
  documents: Document.Parsed[],
  lineOf: YamlFile['lineOf'],
): void {
  let aliases = 0;
  const expensive: Parameters<typeof visit>[1] = {
    Alias: (_, alias) => {
      aliases += 1;
      if (aliases > MOST_ALIASES) {
        throw new InputError(
          `line ${lineOf(alias)}: *${alias.source} is the alias number ${aliases}, and a file can have at most ${MOST_ALIASES}. Write the values themselves.`,
        );
      }
    },
    Pair: (_, { key }) => {
      if (key && !isScalar(key)) {
        throw new InputError(
          `line ${lineOf(key as Node)}: a key is a list, a map or an alias. Write a name there.`,
        );
      }
    },
  };
  documents.forEach(document => visit(document, expensive));
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

function deepOr(error: unknown): Error {
  if (error instanceof InputError) {
    return error;
  }
  // A RangeError of the stack, or an alias without anchor.
  return new InputError((error as Error).message);
}
