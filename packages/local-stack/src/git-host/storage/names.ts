import { InputError } from '@backstage/errors';

const NAME = /^[A-Za-z0-9_.-]+$/;
const RESERVED_REPOSITORIES = new Set(['.', '..', '-', '.git', 'wiki']);
const RESERVED_ENDINGS = ['.git', '.wiki', '.rss', '.atom', '.lock'];
const RESERVED_OWNERS = new Set([
  'api',
  'assets',
  'attachments',
  'avatars',
  'explore',
  'ghost',
  'login',
  'new',
  'org',
  'raw',
  'repo',
  'user',
]);

/**
 * Checks the name of a repository by Gitea's rules.
 *
 * @throws InputError with a sentence that says which rule was broken
 */
export function assertRepositoryName(name: string): void {
  assertCharacters('repository', name, 100);
  const lower = name.toLowerCase();
  if (
    RESERVED_REPOSITORIES.has(lower) ||
    RESERVED_ENDINGS.some(ending => lower.endsWith(ending))
  ) {
    throw new InputError(
      `The repository name '${name}' is reserved: choose one that is not '.', '..' or '-' and does not end in ${RESERVED_ENDINGS.join(
        ', ',
      )}`,
    );
  }
}

/**
 * Checks the name of a person or an organisation by Gitea's rules.
 *
 * @throws InputError with a sentence that says which rule was broken
 */
export function assertOwnerName(name: string): void {
  assertCharacters('owner', name, 40);
  if (/^[._-]|[._-]$|[._-]{2}/.test(name)) {
    throw new InputError(
      `The owner name '${name}' must begin and end with a letter or digit and not repeat '.', '_' or '-'`,
    );
  }
  if (RESERVED_OWNERS.has(name.toLowerCase())) {
    throw new InputError(`The owner name '${name}' is reserved`);
  }
}

/**
 * Checks the name of a branch, tag or commit before it comes near a git command line.
 *
 * @throws InputError when git would not accept it as a ref's name, or would read more into it than a name
 */
export function assertRef(ref: string): void {
  const wrong =
    ref.length === 0 ||
    ref.length > 250 ||
    // eslint-disable-next-line no-control-regex
    /[\x00-\x20\x7f~^:?*[\\]/.test(ref) ||
    /^[-/.]|\/$|\.$|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)/.test(ref) ||
    ref === '@';
  if (wrong) {
    throw new InputError(
      `'${printable(ref)}' is not a valid branch, tag or commit`,
    );
  }
}

/**
 * Normalizes a path inside a repository: no leading or trailing slash.
 *
 * @throws InputError when it leads out of the repository or could not be in one
 */
export function normalizePath(path: string): string {
  const parts = path.split('/').filter(part => part !== '');
  if (
    path.length > 4096 ||
    // eslint-disable-next-line no-control-regex
    /[\x00\r\n]/.test(path) ||
    parts.some(part => part === '.' || part === '..')
  ) {
    throw new InputError(`'${printable(path)}' is not a path in a repository`);
  }
  return parts.join('/');
}

function assertCharacters(what: string, name: string, longest: number) {
  if (name.length === 0 || name.length > longest) {
    throw new InputError(
      `The ${what} name must have 1 to ${longest} characters, it has ${name.length}`,
    );
  }
  if (!NAME.test(name)) {
    throw new InputError(
      `The ${what} name '${printable(
        name,
      )}' may only contain letters, digits, '-', '_' and '.'`,
    );
  }
}

function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.slice(0, 100).replace(/[\x00-\x1f\x7f]/g, '?');
}
