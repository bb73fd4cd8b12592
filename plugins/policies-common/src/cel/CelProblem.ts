/**
 * What is wrong with an expression, and where.
 * @public
 */
export class CelProblem extends Error {
  override readonly name = 'CelProblem';

  /**
   * @param message - a sentence that says what is wrong and how to mend it
   * @param offset - where in the expression, in characters from its beginning
   */
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}
