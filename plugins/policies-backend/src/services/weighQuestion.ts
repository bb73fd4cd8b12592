/** A question of so many characters counts as one: those of forms have some thousand. */
const CHARACTERS = 20_000;

/**
 * As how many questions one counts: what it takes to read a request grows with it. What was sent does not say how large it is, since it may
 * be compressed.
 *
 * @param question - as JSON has it
 */
export function weighQuestion(question: unknown): number {
  const { length } = JSON.stringify(question ?? null);
  return Math.max(1, Math.ceil(length / CHARACTERS));
}
