import { parse } from '@bufbuild/cel';
import { CelProblem } from './CelProblem';

/** An expression as a tree. */
export type ParsedExpression = ReturnType<typeof parse>;
/** A node of the tree. */
export type CelNode = ParsedExpression['expr'];

/** The longest expression, in characters. */
export const EXPRESSION_LENGTH_MAX = 5_000;

/** How deep the parts of an expression may be nested. The parser uses the stack, and the stack is not endless. */
export const EXPRESSION_DEPTH_MAX = 60;

/**
 * Reads an expression.
 *
 * @throws CelProblem when it is not CEL, too long or nested too deeply
 */
export function parseExpression(expression: string): ParsedExpression {
  if (expression.length > EXPRESSION_LENGTH_MAX) {
    throw new CelProblem(
      `The expression is ${expression.length} characters long. Shorten it to at most ${EXPRESSION_LENGTH_MAX}, for example with variables.`,
      0,
    );
  }
  checkBrackets(expression);
  try {
    return parse(expression);
  } catch (error) {
    throw toProblem(error);
  }
}

// Counts brackets in text as well: who writes 60 of them in a row in a text may split it.
function checkBrackets(expression: string) {
  let depth = 0;
  for (let i = 0; i < expression.length; i++) {
    if ('([{'.includes(expression[i])) {
      depth += 1;
    } else if (')]}'.includes(expression[i])) {
      depth -= 1;
    }
    if (depth > EXPRESSION_DEPTH_MAX) {
      throw new CelProblem(
        `The expression is nested more than ${EXPRESSION_DEPTH_MAX} deep. Split it with variables.`,
        i,
      );
    }
  }
}

interface SyntaxError {
  rawMessage?: string;
  message: string;
  location?: { start: { offset: number } };
  expected?: { type: string; text?: string; description?: string }[] | null;
  found?: string | null;
}

function toProblem(cause: unknown): CelProblem {
  const error = cause as SyntaxError;
  if (!error.location) {
    return new CelProblem(
      `The expression cannot be read: ${error.message}.`,
      0,
    );
  }
  const found =
    error.found === null || error.found === undefined
      ? 'the end'
      : JSON.stringify(error.found);
  return new CelProblem(
    `The expression is not CEL: ${found} is not expected here.`,
    error.location.start.offset,
  );
}
