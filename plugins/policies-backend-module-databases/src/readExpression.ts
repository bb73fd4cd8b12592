import type { JsonObject, JsonValue } from '@backstage/types';

/** What a template's text comes to, where that can be told before it runs. */
export type Known =
  { isKnown: true; value: JsonValue | undefined } | { isKnown: false };

/** What a template may refer to before it runs. */
export interface ExpressionScope {
  parameters: JsonObject;
  /** The output of a step that has not run. */
  outputOf(stepId: string, output: string): Known;
}

const UNKNOWN: Known = { isKnown: false };
const known = (value: JsonValue | undefined): Known => ({
  isKnown: true,
  value,
});

const PLACE = /\$\{\{([^{}]*)\}\}/g;
const WHOLE = /^\s*\$\{\{([^{}]*)\}\}\s*$/;
const COMPARISON = /^(.+?)\s*(===|!==|==|!=)\s*(.+)$/;
const NOT = /^(?:not\s+|!\s*)(.+)$/;
const TEXT = /^'([^'\\]*)'$|^"([^"\\]*)"$/;
const PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[(?:'[^'\\]*'|"[^"\\]*")\])*$/;
const PART = /[A-Za-z_]\w*|\[(?:'([^'\\]*)'|"([^"\\]*)")\]/g;
const CONSTANTS = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
]);

/**
 * A template's text as the scaffolder renders it, as far as it is made of parameters: names such as `parameters.size`, texts in quotes,
 * comparisons of two of these, and text around. Filters, calculations and what other steps put out are not known before. Nothing of
 * a template is run to find out: it may be anybody's.
 */
export function readText(value: JsonValue | undefined, scope: ExpressionScope) {
  if (typeof value !== 'string') return known(value);
  const whole = WHOLE.exec(value);
  if (whole) return readExpression(whole[1].trim(), scope);
  let isKnown = !/\{[%#]/.test(value);
  const text = value.replace(PLACE, (_, expression: string) => {
    const read = readExpression(expression.trim(), scope);
    isKnown &&= read.isKnown;
    return read.isKnown ? String(read.value ?? '') : '';
  });
  return isKnown && !text.includes('${{') ? known(text) : UNKNOWN;
}

function readExpression(expression: string, scope: ExpressionScope): Known {
  const comparison = COMPARISON.exec(expression);
  if (comparison) {
    const [, left, operator, right] = comparison;
    const a = readOperand(left, scope);
    const b = readOperand(right, scope);
    if (!a.isKnown || !b.isKnown) return UNKNOWN;
    // What is nearly the same is for JavaScript to say.
    if (operator.length === 2 && typeof a.value !== typeof b.value) {
      return UNKNOWN;
    }
    return known((a.value === b.value) === operator.startsWith('='));
  }
  const negation = NOT.exec(expression);
  if (negation) {
    const read = readOperand(negation[1], scope);
    return read.isKnown ? known(!read.value) : UNKNOWN;
  }
  return readOperand(expression, scope);
}

function readOperand(operand: string, scope: ExpressionScope): Known {
  const text = TEXT.exec(operand);
  if (text) return known(text[1] ?? text[2]);
  if (CONSTANTS.has(operand)) return known(CONSTANTS.get(operand));
  if (!PATH.test(operand)) return UNKNOWN;
  const [root, ...parts] = [...operand.matchAll(PART)].map(
    ([part, single, double]) => single ?? double ?? part,
  );
  if (root === 'parameters') return valueAt(scope.parameters, parts);
  const [step, word, output] = parts;
  return root === 'steps' && word === 'output' && parts.length === 3
    ? scope.outputOf(step, output)
    : UNKNOWN;
}

function valueAt(from: JsonValue, parts: readonly string[]): Known {
  let at: JsonValue | undefined = from;
  for (const part of parts) {
    if (at === undefined || at === null) return known(undefined);
    // Texts, lists and numbers have things of their own, as everything has from JavaScript: `length` is one.
    if (typeof at !== 'object' || Array.isArray(at)) return UNKNOWN;
    if (Object.hasOwn(at, part)) at = at[part];
    else if (part in at) return UNKNOWN;
    else at = undefined;
  }
  return known(at);
}
