import { createHash, timingSafeEqual } from 'node:crypto';

const READABLE_LENGTH = 80;
const HASH_LENGTH = 32;

/**
 * A name for a secret in stores that do not take every text: lowercase letters,
 * digits and hyphens, 113 at most, beginning and ending with a letter or a
 * digit. Its first part is for people, its last tells ids apart; what has the
 * name is ours only when its marker holds the id.
 *
 * @public
 */
export function secretName(id: string): string {
  const readable = id
    .toLocaleLowerCase('en-US')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, READABLE_LENGTH)
    .replace(/^-|-$/g, '');
  const hash = createHash('sha256')
    .update(id)
    .digest('hex')
    .slice(0, HASH_LENGTH);
  return readable ? `${readable}-${hash}` : hash;
}

/**
 * Compares values in a time that does not tell how far they agree.
 *
 * @public
 */
export function isSameSecret(a: string, b: string): boolean {
  const [x, y] = [a, b].map(each => createHash('sha256').update(each).digest());
  return timingSafeEqual(x, y);
}
