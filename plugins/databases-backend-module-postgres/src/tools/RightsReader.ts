import type { TenantNames } from '../identifiers';

/** How `pg_restore` begins what it writes of a thing, when it says what it is about rights. */
const SECTION =
  /^-- Name: .*; Type: (?<type>.*); Schema: .*; Owner: (?<owner>.*)$/;
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
  #section: string[] | undefined;
  #rest = '';

  static create(names: Pick<TenantNames, 'owner' | 'rw' | 'ro'>): RightsReader {
    return new RightsReader(names);
  }

  private constructor(names: Pick<TenantNames, 'owner' | 'rw' | 'ro'>) {
    this.#names = names;
  }

  /** The next part of the SQL. */
  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    lines.forEach(line => this.#addLine(line));
  }

  /** At the end of it: the statements, in their order, for the owner. */
  finish(): string[] {
    this.#addLine(this.#rest);
    this.#endSection();
    return this.#statements;
  }

  #addLine(line: string): void {
    const found = SECTION.exec(line)?.groups;
    if (!found) {
      this.#section?.push(line);
      return;
    }
    this.#endSection();
    this.#base ??= /^(.+)_owner$/.exec(found.owner)?.[1];
    this.#section = ABOUT_RIGHTS.includes(found.type) ? [] : undefined;
  }

  #endSection(): void {
    let statement: string[] = [];
    for (const [token] of this.#section?.join('\n').matchAll(TOKEN) ?? []) {
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
    this.#statements.push(changed.slice(start).join(''));
  }

  /** What is given by default to each new thing was perhaps taken away from this one. */
  #begin(thing: string): void {
    if (!HAS_DEFAULTS.test(thing) || this.#seen.has(thing)) return;
    this.#seen.add(thing);
    const { rw, ro } = this.#names;
    this.#statements.push(
      `REVOKE ALL ON ${thing} FROM ${quote(rw)}, ${quote(ro)}`,
    );
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

function quote(name: string): string {
  return `"${name}"`;
}
