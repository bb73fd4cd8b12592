import type { JsonValue } from '@backstage/types';
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseAllDocuments,
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

/**
 * Reads a file of YAML documents. Anchors and aliases are refused (a short file of them can stand for gigabytes), and so
 * are keys that come twice, tags, and whatever YAML itself only warns of.
 */
export function readYaml(
  file: string,
  text: string,
): { documents: YamlDocument[]; problems: PolicyProblem[] } {
  const lines = new LineCounter();
  const place = (offset: number, message: string): PolicyProblem => {
    const { line, col } = lines.linePos(offset);
    return {
      file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      message,
    };
  };
  const refuse = (message: string, offset = 0) => ({
    documents: [],
    problems: [place(offset, message)],
  });
  if (text.length > YAML_LENGTH_MAX) {
    return refuse(
      `The file has ${text.length} characters. Split it into files of at most ${YAML_LENGTH_MAX}.`,
    );
  }
  const problems: PolicyProblem[] = [];
  const documents: YamlDocument[] = [];
  let parsed: {
    document: Document.Parsed<ParsedNode>;
    wrong: PolicyProblem[];
    forbidden: Forbidden;
  }[];
  try {
    parsed = [
      ...parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true }),
    ].map(each => {
      const document = each as Document.Parsed<ParsedNode>;
      return {
        document,
        wrong: [...document.errors, ...document.warnings].map(error =>
          place(error.pos[0], sayYamlError(error.code, error.message)),
        ),
        forbidden: findForbidden(document),
      };
    });
  } catch (error) {
    // The parser uses the stack for what is nested, and the stack is not endless.
    return refuse(
      error instanceof RangeError
        ? `The file is nested more than ${YAML_DEPTH_MAX} deep.`
        : `The file cannot be read: ${(error as Error).message}`,
    );
  }
  const anchors = parsed.flatMap(({ forbidden }) => forbidden.anchors);
  if (anchors.length > 0) {
    // One mistake, however often it is made: a file of thousands would be all that is told.
    problems.push(
      place(
        anchors[0],
        `Anchors (&name) and aliases (*name) are not read here. Write out what they stand for; the file has ${anchors.length} of them.`,
      ),
    );
  }
  for (const { document, wrong, forbidden } of parsed) {
    const { tooDeep } = forbidden;
    if (tooDeep !== undefined) {
      wrong.push(
        place(tooDeep, `The file is nested more than ${YAML_DEPTH_MAX} deep.`),
      );
    }
    problems.push(...wrong);
    const isRead = wrong.length + forbidden.anchors.length === 0;
    if (isRead && document.contents !== null) {
      documents.push({
        value: document.toJS({ maxAliasCount: 0 }) as JsonValue,
        problemAt: (path, message, at) =>
          place(offsetOf(document, text, path, at), message),
      });
    }
  }
  return { documents, problems };
}

function sayYamlError(code: string, message: string): string {
  return code === 'DUPLICATE_KEY'
    ? 'This key is there twice. Keep one.'
    : `The file is not the YAML that is wanted: ${message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, '')}.`;
}

/** What is refused in a document, by where it stands. */
interface Forbidden {
  /** Anchors and aliases. */
  anchors: number[];
  /** The first part that is nested too deeply. */
  tooDeep?: number;
}

function findForbidden(document: Document.Parsed<ParsedNode>): Forbidden {
  const found: Forbidden = { anchors: [] };
  visit(document, {
    Node: (_, node, path) => {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node) || node.anchor) {
        found.anchors.push(offset);
      }
      if (path.length > 2 * YAML_DEPTH_MAX) {
        found.tooDeep = offset;
        return visit.BREAK;
      }
      return undefined;
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
