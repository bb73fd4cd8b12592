import { InputError } from '@backstage/errors';
import {
  Composer,
  CST,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  visit,
  type Document,
  type Node,
} from 'yaml';

/** Of one file. The library looks at all anchors for each alias. */
const MOST_ALIASES = 100;
/** Of one file. Each costs about as much as a hundred lines. */
const MOST_DOCUMENTS = 10_000;
/** Of one file. The library copies those of tags for each document. */
const MOST_DIRECTIVES = 100;
/** Of one file: words, signs, and the space and the ends of lines between them. Each takes up to half a kilobyte of memory. */
const MOST_PARTS = 200_000;
/** The library calls itself for what is nested, and walks along all levels again and again. */
const MOST_LEVELS = 100;
/** Of one file: for each comment, the empty lines before the first of its neighbours. The library looks at these again each time. */
const MOST_LOOKS_BACK = 10_000_000;
/** The library repeats in a message what it has found, which may be all of the file. */
const LONGEST_REASON = 300;

/** What is wrong with a file of YAML, and where, from 1 on. The message says both. */
export class YamlFault extends InputError {
  readonly line: number;
  readonly column: number;
  readonly reason: string;

  static create(text: string, offset: number, reason: string): YamlFault {
    const { line, col } = linesOf(text).linePos(Math.max(0, offset));
    return new YamlFault(
      line,
      col,
      reason.length > LONGEST_REASON
        ? `${reason.slice(0, LONGEST_REASON)}…`
        : reason,
    );
  }

  private constructor(line: number, column: number, reason: string) {
    super(`line ${line}, column ${column}: ${reason}`);
    this.line = line;
    this.column = column;
    this.reason = reason;
  }
}

/** How {@link readYamlDocuments} reads. */
export interface YamlReading {
  /** How deep lists and maps may be nested: 100 when left out, and no more than that. */
  mostLevels?: number;
  /** Whether that is wrong, too, of which the library only warns, as of tags that it does not know. */
  isStrict?: boolean;
  /** What may be read of several files together, in words and signs: it is counted down. One file alone may have 200,000. */
  budget?: { parts: number };
}

/**
 * Reads YAML that anybody may have written, in linear time, up to the first thing that is wrong.
 *
 * @remarks
 * The library has many ways to spend minutes and gigabytes on a small file: it collects an error for each sign of a line, with all of
 * the line, it compares each key with all before it, each alias with all anchors, and each comment with all empty lines before,
 * copies directives for each document, and writes out lists and maps that are keys again and again. None of them is used
 * by people, so each has an end here. Keys that are there twice are no error: {@link repeatedKeys} finds them. The tags and merges
 * of YAML 1.1 are not known, whatever version the file says.
 *
 * @param text - of at most some megabytes; the caller looks at that before
 * @returns the documents in the order of the file, without errors
 * @throws YamlFault
 */
export function readYamlDocuments(
  text: string,
  { mostLevels = MOST_LEVELS, isStrict = false, budget }: YamlReading = {},
): Document.Parsed[] {
  const fail = (offset: number, reason: string) =>
    YamlFault.create(text, offset, reason);
  const parser = new Parser();
  const composer = createComposer(fail, isStrict);
  const count = createCounter(fail, budget);
  const documents: Document.Parsed[] = [];

  const take = (tokens: Iterable<CST.Token>) => {
    for (const token of tokens) {
      if (token.type === 'error') {
        throw fail(token.offset, token.message);
      }
      documents.push(...composer.next(token));
    }
  };
  let isContent = false;
  for (const part of new Lexer().lex(text)) {
    const type = isContent ? 'scalar' : CST.tokenType(part);
    isContent = part === CST.SCALAR && !isContent;
    count(type, part, parser.offset);
    take(parser.next(part));
    // Beside lists and maps there are the document itself, and a text at the end.
    const top = parser.stack.at(-1);
    const others = top && 'items' in top ? 1 : 2;
    if (parser.stack.length - others > mostLevels) {
      throw fail(
        parser.offset - part.length,
        `The file is nested more than ${mostLevels} deep.`,
      );
    }
  }
  take(parser.end());
  documents.push(...composer.end());

  for (const document of documents) {
    const [error] = document.errors;
    if (error) {
      throw fail(error.pos[0], error.message);
    }
    refuseKeys(document, fail);
  }
  return documents;
}

/** Says where places of a text are, from 1 on. */
export function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  let start = 0;
  do {
    lines.addNewLine(start);
    start = text.indexOf('\n', start) + 1;
  } while (start > 0);
  return lines;
}

/** Each key that is in its map before. */
export function repeatedKeys(document: Document.Parsed): Node[] {
  const repeated: Node[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name)) {
          repeated.push(key as Node);
        }
        seen.add(name);
      }
    },
  });
  return repeated;
}

type Fail = (offset: number, reason: string) => YamlFault;

/** A composer that stops at the first error. The library's own goes on, and remembers an error with its stack for each sign. */
function createComposer(fail: Fail, isStrict: boolean): Composer {
  const composer = new Composer({
    logLevel: 'silent',
    merge: false,
    resolveKnownTags: false,
    schema: 'core',
    uniqueKeys: false,
  });
  let first: YamlFault | undefined;
  // The library gives no other way in. Should it change, the errors are in the documents, only more slowly.
  // eslint-disable-next-line dot-notation -- TypeScript takes it for private
  composer['onError'] = (
    source: number | number[] | { offset: number },
    _code: string,
    reason: string,
    isWarning?: boolean,
  ) => {
    if (isWarning && !isStrict) {
      return;
    }
    const [offset] = [
      typeof source === 'object' && 'offset' in source ? source.offset : source,
    ].flat();
    // It catches what is thrown and tells it as another error, once for each level.
    first ??= fail(offset, reason);
    throw first;
  };
  return composer;
}

/** Counts what the library reads, and refuses what would take long. */
function createCounter(fail: Fail, budget: YamlReading['budget']) {
  let parts = 0;
  let aliases = 0;
  let markers = 0;
  let directives = 0;
  let looksBack = 0;
  let blanks = 0;
  let isAfterComment = false;
  return (type: CST.TokenType | null, part: string, offset: number): void => {
    parts += 1;
    if (parts > MOST_PARTS) {
      throw fail(
        offset,
        `a file can have at most ${MOST_PARTS} words and signs. Part it into several files.`,
      );
    }
    if (budget) {
      budget.parts -= 1;
      if (budget.parts < 0) {
        throw fail(
          offset,
          'this and the files that are read with it have too many words and signs. Leave some out.',
        );
      }
    }
    switch (type) {
      case 'space':
      case 'newline':
        blanks += isAfterComment ? 0 : 1;
        return;
      case 'comment':
        isAfterComment = true;
        looksBack += blanks;
        if (looksBack > MOST_LOOKS_BACK) {
          throw fail(
            offset,
            'there are too many empty lines before comments. Leave them out.',
          );
        }
        return;
      case 'alias':
        aliases += 1;
        if (aliases > MOST_ALIASES) {
          throw fail(
            offset,
            `${part} is the alias number ${aliases}, and a file can have at most ${MOST_ALIASES}. Write the values themselves.`,
          );
        }
        break;
      case 'doc-start':
      case 'doc-end':
        markers += 1;
        if (markers > MOST_DOCUMENTS) {
          throw fail(
            offset,
            `a file can have at most ${MOST_DOCUMENTS} documents. Part it into several files.`,
          );
        }
        break;
      case 'directive-line':
        directives += 1;
        if (directives > MOST_DIRECTIVES) {
          throw fail(
            offset,
            `a file can have at most ${MOST_DIRECTIVES} lines that begin with %. Leave them out.`,
          );
        }
        break;
      default:
    }
    blanks = 0;
    isAfterComment = false;
  };
}

function refuseKeys(document: Document.Parsed, fail: Fail): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (key && !isScalar(key)) {
        throw fail(
          (key as Node).range?.[0] ?? 0,
          'a key is a list, a map or an alias. Write a name there.',
        );
      }
    },
  });
}
