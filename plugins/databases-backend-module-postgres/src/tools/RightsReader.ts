import { TerminalError } from '@slipway/plugin-databases-node';
import type { TenantNames } from '../identifiers';

/** How `pg_restore` begins what it writes of a thing, and what follows in the same line. */
const HEADER = '-- Name: ';
const HEADER_FIELDS = ['; Type: ', '; Schema: ', '; Owner: '];
/**
 * How much is kept at once: of the rights on one thing, and of a line that says what follows. What Postgres lets somebody make does not
 * come near it, unless a text is made to look like it.
 */
const MOST_CHARACTERS = 2 ** 20;
/** How much is kept in all: the rights of hundreds of thousands of things. */
const MOST_IN_ALL = 2 ** 27;
const MOST_OF_A_NAME = 100;
const ABOUT_RIGHTS = ['ACL', 'DEFAULT ACL'];
/** Of things on which roles get rights by default as soon as they are made. */
const HAS_DEFAULTS = /^(TABLE|SEQUENCE|SCHEMA) /;
const TOKEN = /"(?:[^"]|"")*"|--[^\n]*|;|[^\s";]+|\s+/g;

/**
 * Finds in the SQL of a dump who had which rights, and says it of the roles of another database.
 *
 * @remarks
 *
 * `pg_restore` gives everybody by name what they had, and the names are those of the database that the dump is of. Only its owner, the
 * roles for reading and writing, and PUBLIC have a counterpart. What others were given is left out.
 *
 * A tenant may write into a function what looks like this. It is done with the tenant's own rights.
 *
 * @internal
 */
export class RightsReader {
  readonly #names: Pick<TenantNames, 'owner' | 'rw' | 'ro'>;
  readonly #statements: string[] = [];
  readonly #seen = new Set<string>();
  /** What the names of the source's roles begin with. */
  #base: string | undefined;
  #section: { thing: string; lines: string[]; size: number } | undefined;
  /** What there is so far of the line that has not ended. */
  #line = '';
  /** Whether nothing of that line is of interest: it may be as long as the longest comment on a table. */
  #isSkipped = false;
  #size = 0;
  #tooLong: string | undefined;

  static create(names: Pick<TenantNames, 'owner' | 'rw' | 'ro'>): RightsReader {
    return new RightsReader(names);
  }

  private constructor(names: Pick<TenantNames, 'owner' | 'rw' | 'ro'>) {
    this.#names = names;
  }

  /** The next part of the SQL. Takes as long as the part is, whatever was before it. */
  add(text: string): void {
    let from = 0;
    for (
      let end = text.indexOf('\n');
      end >= 0;
      end = text.indexOf('\n', from)
    ) {
      this.#addToLine(text.slice(from, end));
      this.#endLine();
      from = end + 1;
    }
    this.#addToLine(text.slice(from));
  }

  /**
   * At the end of it: the statements, in their order, for the owner.
   *
   * @throws TerminalError when the rights on one thing, or all of them, are too long to be kept
   */
  finish(): string[] {
    this.#endLine();
    this.#endSection();
    if (this.#tooLong !== undefined) {
      throw new TerminalError(
        `What the dump says of the rights on ${this.#tooLong} is too long to be given again`,
      );
    }
    return this.#statements;
  }

  #addToLine(part: string): void {
    // Once something is lost, the rest makes no difference.
    if (this.#isSkipped || this.#tooLong !== undefined) return;
    const before = this.#line.length;
    this.#line += part;
    const { length } = this.#line;
    if (this.#section) {
      if (this.#section.size + length > MOST_CHARACTERS) {
        this.#tooLong = this.#section.thing.slice(0, MOST_OF_A_NAME);
        this.#section = undefined;
        this.#skipLine();
      }
      return;
    }
    if (
      length > MOST_CHARACTERS ||
      (before < HEADER.length && !mayBeHeader(this.#line))
    ) {
      this.#skipLine();
    }
  }

  #skipLine(): void {
    this.#line = '';
    this.#isSkipped = true;
  }

  #endLine(): void {
    const line = this.#line;
    const isSkipped = this.#isSkipped;
    this.#line = '';
    this.#isSkipped = false;
    if (isSkipped) return;
    const found = readHeader(line);
    if (!found) {
      if (this.#section) {
        this.#section.lines.push(line);
        this.#section.size += line.length + 1;
      }
      return;
    }
    this.#endSection();
    this.#base ??= /^(.+)_owner$/.exec(found.owner)?.[1];
    this.#section = ABOUT_RIGHTS.includes(found.type)
      ? { thing: found.thing, lines: [], size: 0 }
      : undefined;
  }

  #endSection(): void {
    let statement: string[] = [];
    for (const [token] of this.#section?.lines.join('\n').matchAll(TOKEN) ??
      []) {
      if (token === ';') {
        this.#addStatement(statement);
        statement = [];
      } else if (!token.startsWith('--')) {
        statement.push(token);
      }
    }
    this.#section = undefined;
  }

  #addStatement(tokens: string[]): void {
    const start = tokens.findIndex(token => token.trim());
    const verb = tokens.find(token => ['GRANT', 'REVOKE'].includes(token));
    if (!verb || ![verb, 'ALTER'].includes(tokens[start])) return;
    // Nothing that is not quoted looks like a word of SQL behind them.
    const to = tokens.lastIndexOf(verb === 'GRANT' ? 'TO' : 'FROM') + 2;
    const role = this.#toRole(tokens[to]);
    if (!role) return;
    const changed = tokens.with(to, role);
    if (tokens[start] === 'ALTER') {
      const whose = tokens.indexOf('ROLE') + 2;
      if (this.#toRole(tokens[whose]) !== quote(this.#names.owner)) return;
      changed[whose] = quote(this.#names.owner);
    } else {
      this.#begin(tokens.slice(tokens.indexOf('ON') + 2, to - 3).join(''));
    }
    this.#keep(changed.slice(start).join(''));
  }

  /** What is given by default to each new thing was perhaps taken away from this one. */
  #begin(thing: string): void {
    if (!HAS_DEFAULTS.test(thing) || this.#seen.has(thing)) return;
    this.#seen.add(thing);
    const { rw, ro } = this.#names;
    this.#keep(`REVOKE ALL ON ${thing} FROM ${quote(rw)}, ${quote(ro)}`);
  }

  #keep(statement: string): void {
    this.#size += statement.length;
    if (this.#size > MOST_IN_ALL) this.#tooLong ??= 'all there is';
    else this.#statements.push(statement);
  }

  #toRole(token: string | undefined): string | undefined {
    if (token === 'PUBLIC') return token;
    const name = token?.replace(/^"|"$/g, '');
    const kind = (['owner', 'rw', 'ro'] as const).find(
      each => this.#base && name === `${this.#base}_${each}`,
    );
    return kind && quote(this.#names[kind]);
  }
}

function mayBeHeader(start: string): boolean {
  return start.startsWith(HEADER) || HEADER.startsWith(start);
}

/** From its end, where no name of a thing is in the way. A regular expression would try each place where one may begin. */
function readHeader(
  line: string,
): { thing: string; type: string; owner: string } | undefined {
  if (!line.startsWith(HEADER)) return undefined;
  const values: string[] = [];
  let end = line.length;
  for (const field of HEADER_FIELDS.toReversed()) {
    const at = line.slice(0, end).lastIndexOf(field);
    if (at < HEADER.length) return undefined;
    values.unshift(line.slice(at + field.length, end));
    end = at;
  }
  const [type, , owner] = values;
  return { thing: line.slice(HEADER.length, end), type, owner };
}

function quote(name: string): string {
  return `"${name}"`;
}
