/**
 * The shortest name a database may have, in characters.
 * @public
 */
export const DATABASE_NAME_MIN_LENGTH = 3;

/**
 * The longest name a database may have, in characters. It leaves room for what
 * is put around it: the catalog entity `<name>.<environment>` (63 characters)
 * and the names of roles on the server (63 bytes on Postgres, 32 on MySQL are
 * met by shortening, so only the first decides).
 * @public
 */
export const DATABASE_NAME_MAX_LENGTH = 40;

/**
 * The longest name of an environment, in characters.
 * @public
 */
export const ENVIRONMENT_NAME_MAX_LENGTH = 22;

/**
 * Names that mean something else to an engine, to a tool or to our own
 * addresses, and would mislead whoever reads them.
 * @public
 */
export const RESERVED_DATABASE_NAMES: readonly string[] = [
  'admin',
  'all',
  'by-name',
  'config',
  'default',
  'information-schema',
  'local',
  'master',
  'msdb',
  'mysql',
  'new',
  'none',
  'null',
  'performance-schema',
  'postgres',
  'public',
  'rdsadmin',
  'root',
  'slipway',
  'sys',
  'system',
  'template0',
  'template1',
  'undefined',
];

/**
 * Beginnings that an engine keeps for itself, or that we keep for what we make.
 * @public
 */
export const RESERVED_DATABASE_NAME_PREFIXES: readonly string[] = [
  'pg-',
  'slipway-',
];

const ALLOWED = /^[a-z0-9-]+$/;

/**
 * Looks a database name over. Works on the name as given: nothing is trimmed or
 * lowered in silence.
 *
 * @returns a sentence that says what is wrong and how to mend it, without the
 *   field's name; `undefined` when the name is fine.
 * @public
 */
export function explainDatabaseName(name: string): string | undefined {
  if (name.length === 0) {
    return `is empty. Give it a name such as "orders-db".`;
  }
  if (name.length > DATABASE_NAME_MAX_LENGTH) {
    return `is ${name.length} characters long. Shorten it to at most ${DATABASE_NAME_MAX_LENGTH}.`;
  }
  if (!ALLOWED.test(name)) {
    const offender = [...name].find(char => !ALLOWED.test(char)) ?? '';
    return `contains ${describeCharacter(offender)}. Use only the letters a to z, digits and hyphens${hint(name)}.`;
  }
  if (name.length < DATABASE_NAME_MIN_LENGTH) {
    return `is ${name.length} characters long. Make it at least ${DATABASE_NAME_MIN_LENGTH}.`;
  }
  if (!/^[a-z]/.test(name)) {
    return `begins with "${name[0]}". Begin with a letter${hint(name)}.`;
  }
  if (name.endsWith('-')) {
    return `ends with a hyphen. End with a letter or a digit${hint(name)}.`;
  }
  if (name.includes('--')) {
    return `contains two hyphens in a row. Use one${hint(name)}.`;
  }
  if (RESERVED_DATABASE_NAMES.includes(name)) {
    return `is "${name}", which is reserved. Say what the database holds, for example "orders-db".`;
  }
  const prefix = RESERVED_DATABASE_NAME_PREFIXES.find(p => name.startsWith(p));
  if (prefix) {
    return `begins with "${prefix}", which is reserved. Choose another beginning.`;
  }
  return undefined;
}

/**
 * Whether a name may be given to a database.
 * @public
 */
export function isDatabaseName(name: string): boolean {
  return explainDatabaseName(name) === undefined;
}

/**
 * The allowed name nearest to what somebody typed.
 *
 * @returns `undefined` when nothing usable is left of the input.
 * @public
 */
export function suggestDatabaseName(input: string): string | undefined {
  const name = input
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, DATABASE_NAME_MAX_LENGTH)
    .replace(/-+$/, '');
  return isDatabaseName(name) ? name : undefined;
}

/**
 * Looks the name of an environment over, as {@link explainDatabaseName} does.
 * @public
 */
export function explainEnvironmentName(name: string): string | undefined {
  if (name.length === 0) {
    return 'is empty. Choose one of the environments offered.';
  }
  if (name.length > ENVIRONMENT_NAME_MAX_LENGTH) {
    return `is ${name.length} characters long. Environments have at most ${ENVIRONMENT_NAME_MAX_LENGTH}.`;
  }
  if (!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
    return 'is not the name of an environment. Environments are written in lowercase letters, digits and hyphens, for example "staging".';
  }
  return undefined;
}

function hint(name: string): string {
  const suggestion = suggestDatabaseName(name);
  return suggestion ? `, for example "${suggestion}"` : '';
}

/** A control character or an emoji must be readable in a log and on a screen. */
function describeCharacter(char: string): string {
  if (char === ' ') {
    return 'a space';
  }
  if (/^[\x21-\x7e]$/.test(char)) {
    return char === '"' ? 'a double quote' : `"${char}"`;
  }
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `the character U+${code.padStart(4, '0')}`;
}
