import type { JsonValue } from '@backstage/types';
import {
  linesOf,
  readYamlDocuments,
  repeatedKeys,
  YamlFault,
} from '@slipway/input';
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  visit,
  type Document,
  type Node,
  type ParsedNode,
} from 'yaml';
import type { PolicyProblem } from './problems';

/** The biggest file, in characters. */
export const YAML_LENGTH_MAX = 256 * 1024;

/** How deep lists and maps may be nested in a file. */
export const YAML_DEPTH_MAX = 50;

/** A path into a document, e.g. `['spec', 'validations', 0]`. */
export type YamlPath = readonly PropertyKey[];

/** One document of a file, with the way back to where each part was written. */
export interface YamlDocument {
  value: JsonValue;
  /**
   * Makes a problem of a part. What is missing is placed at what it is missing from.
   *
   * @param at - where in the text of the part, in characters; or its key
   */
  problemAt(
    path: YamlPath,
    message: string,
    at?: number | 'key',
  ): PolicyProblem;
}

/** Of one mistake that is made in many places only the first are told. */
export const MOST_OF_A_KIND = 20;

/**
 * Reads a file of YAML documents. Anchors and aliases are refused (a short file of them can stand for gigabytes), and so
 * are keys that come twice, tags, and whatever YAML itself only warns of. After the first fault of its syntax a file is read no
 * further: the faults of what follows are mostly its own.
 */
export function readYaml(
  file: string,
  text: string,
): { documents: YamlDocument[]; problems: PolicyProblem[] } {
  const refuse = (line: number, column: number, message: string) => ({
    documents: [],
    problems: [{ file, line, column, message }],
  });
  if (text.length > YAML_LENGTH_MAX) {
    return refuse(
      1,
      1,
      `The file has ${text.length} characters. Split it into files of at most ${YAML_LENGTH_MAX}.`,
    );
  }
  let parsed: Document.Parsed[];
  try {
    parsed = readYamlDocuments(text, {
      mostLevels: YAML_DEPTH_MAX,
      isStrict: true,
    });
  } catch (error) {
    if (error instanceof YamlFault) {
      const { line, column, reason } = error;
      return refuse(
        line,
        column,
        `The file is not the YAML that is wanted: ${reason.replace(/\.$/, '')}.`,
      );
    }
    throw error;
  }
  const lines = linesOf(text);
  const place = (offset: number, message: string): PolicyProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, message };
  };
  const problems: PolicyProblem[] = [];
  const found = (parsed as Document.Parsed<ParsedNode>[]).map(document => ({
    document,
    anchors: findAnchors(document),
    repeated: repeatedKeys(document),
  }));
  const anchors = found.flatMap(each => each.anchors);
  if (anchors.length > 0) {
    // One mistake, however often it is made: a file of thousands would be all that is told.
    problems.push(
      place(
        anchors[0],
        `Anchors (&name) and aliases (*name) are not read here. Write out what they stand for; the file has ${anchors.length} of them.`,
      ),
    );
  }
  problems.push(
    ...found
      .flatMap(each => each.repeated)
      .slice(0, MOST_OF_A_KIND)
      .map(key =>
        place(key.range?.[0] ?? 0, 'This key is there twice. Keep one.'),
      ),
  );
  const documents = found
    .filter(
      each =>
        each.anchors.length + each.repeated.length === 0 &&
        each.document.contents !== null,
    )
    .map(({ document }): YamlDocument => ({
      value: document.toJS({ maxAliasCount: 0 }) as JsonValue,
      problemAt: (path, message, at) =>
        place(offsetOf(document, text, path, at), message),
    }));
  return { documents, problems };
}

/** Where a document has anchors and aliases. */
function findAnchors(document: Document.Parsed): number[] {
  const found: number[] = [];
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node) || node.anchor) {
        found.push(node.range?.[0] ?? 0);
      }
    },
  });
  return found;
}

function offsetOf(
  document: Document.Parsed<ParsedNode>,
  text: string,
  path: YamlPath,
  within: number | 'key' | undefined,
): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  let keyOffset = offset;
  for (const part of path) {
    const parent: Node | null = node;
    const key = isMap(parent)
      ? parent.items.find(item => isScalar(item.key) && item.key.value === part)
          ?.key
      : undefined;
    keyOffset = isNode(key) ? (key.range?.[0] ?? offset) : offset;
    const next: unknown = isCollection(parent)
      ? parent.get(part, true)
      : undefined;
    if (!isNode(next)) {
      return keyOffset;
    }
    node = next;
    offset = node.range?.[0] ?? offset;
  }
  if (within === 'key') {
    return keyOffset;
  }
  return within !== undefined && isScalar(node)
    ? offset + offsetInScalar(node, text, within)
    : offset;
}

/** Where a character of a scalar's value is in the file, from the scalar's beginning. */
function offsetInScalar(node: Node, text: string, within: number): number {
  const start = node.range?.[0] ?? 0;
  const source = text.slice(start, node.range?.[1] ?? start);
  const value = isScalar(node) ? String(node.value) : '';
  if (source[0] !== '|' && source[0] !== '>') {
    // Text in quotes with escapes is a little off; the line is right.
    return within + (source[0] === '"' || source[0] === "'" ? 1 : 0);
  }
  // A block: its lines are indented, and a folded one (>) has line breaks where the value has spaces.
  let at = source.indexOf('\n') + 1;
  const indent = /^ */.exec(source.slice(at).replace(/^\n+/, ''))![0].length;
  let seen = 0;
  while (at < source.length) {
    const end = source.indexOf('\n', at);
    const line = source.slice(at, end < 0 ? undefined : end);
    const length = Math.max(0, line.length - indent);
    if (within <= seen + length || end < 0) {
      return at + Math.min(indent, line.length) + (within - seen);
    }
    seen += length + 1;
    at = end + 1;
  }
  return Math.min(at, value.length);
}
