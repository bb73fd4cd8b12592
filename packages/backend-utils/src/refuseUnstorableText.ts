import { InputError } from '@backstage/errors';
import type { RequestHandler } from 'express';

/** Far more than any request of ours has, and far less than a stack has room for. */
const DEEPEST = 20;

/** NUL and halves of surrogate pairs: JSON and addresses can carry them, Postgres' text and JSON cannot. */
function isUnstorable(text: string): boolean {
  return text.includes('\0') || /[\ud800-\udfff]/u.test(text);
}

/**
 * Refuses requests that are nested beyond reason or have text that no database takes, naming the field, before it gets as far as one.
 *
 * @public
 */
export function refuseUnstorableText(): RequestHandler {
  return (req, _res, next) => {
    assertStorable('The address', decoded(req.path));
    assertStorable('query', req.query);
    assertStorable('body', req.body);
    next();
  };
}

/**
 * Refuses text that no database takes, wherever in a value it is.
 *
 * @param field - what the value is called where it came from
 * @throws InputError that names the field within the value, also when it is nested too deeply to be looked through.
 * @public
 */
export function assertStorable(field: string, value: unknown, depth = 0): void {
  if (typeof value === 'string') {
    if (isUnstorable(value)) {
      throw new InputError(
        `${field} holds a character that cannot be stored (NUL or half of a surrogate pair). Leave it out.`,
      );
    }
  } else if (typeof value === 'object' && value !== null) {
    if (depth === DEEPEST) {
      throw new InputError(
        `${field} is nested more than ${DEEPEST} levels deep. Send it flat, as the API's description says.`,
      );
    }
    for (const [key, child] of Object.entries(value)) {
      assertStorable(field, key);
      assertStorable(`${field}.${key}`, child, depth + 1);
    }
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new InputError('The address is not encoded correctly.');
  }
}
