import { createHash } from 'node:crypto';

/**
 * A name for a server: readable, and different for each id. Lowercase letters,
 * digits and `_`, beginning with a letter, at most 51 characters: 40 of the
 * name, `_` and 10 of the id's hash.
 *
 * @public
 */
export function nameOutside(input: { id: string; name: string }): string {
  const readable = input.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40);
  return `${readable || 'db'}_${shortHash(input.id)}`;
}

/**
 * A person's own name as it can stand in the name of a login: lowercase letters,
 * digits, `.`, `_` and `-`, beginning with a letter or digit.
 *
 * @param person - entity ref
 * @param maxLength - in characters
 * @public
 */
export function personOutside(person: string, maxLength: number): string {
  const name = person
    .slice(person.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, maxLength);
  return name || 'person';
}

/**
 * Ten hexadecimal digits that tell things of one name apart.
 * @public
 */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
