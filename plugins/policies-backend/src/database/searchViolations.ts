import type { Knex } from 'knex';

/** More words than this narrow nothing any more. */
const WORDS_MAX = 20;
const BETWEEN_WORDS = /[\s!-/:-@[-`{-~]+/;

/**
 * Narrows a query of `policy_violations AS v` to those that have each of these words, or words that begin with them, in the name,
 * the message, or the title or name of the policy. Asks as the index is written.
 */
export function searchViolations(
  query: Knex.QueryBuilder,
  search: string,
): void {
  const words = search
    .split(BETWEEN_WORDS)
    .filter(word => word !== '')
    .slice(0, WORDS_MAX);
  if (words.length === 0) {
    query.whereRaw('false');
    return;
  }
  query.whereRaw(
    `policy_search_words(v.name, v.message, v.title, v.policy) @@ to_tsquery('simple'::regconfig, ?)`,
    // Nothing in a word needs quotes any more; they keep it a word all the same.
    [words.map(word => `'${word}':*`).join(' & ')],
  );
}
