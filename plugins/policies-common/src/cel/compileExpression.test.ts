import {
  celList,
  celMap,
  isCelError,
  plan,
  type CelInput,
  type CelResult,
} from '@bufbuild/cel';
import fc from 'fast-check';
import { compileExpression } from './compileExpression';
import { inCelContext, policyEnvironment } from './environment';
import { countSteps } from './meter';
import { parseExpression } from './parseExpression';

const variables: Record<string, CelInput> = {
  text: 'orders',
  number: 3n,
  part: 1.5,
  yes: true,
  names: celList(['a', 'orders', 'b']),
  numbers: celList([1n, 2n, 3n]),
  nothing: null,
  map: celMap(
    new Map<string, CelInput>([
      ['a', 'orders'],
      ['b', 3n],
    ]),
  ),
};

/** Expressions of all forms; many fail, and must then fail here as well. */
const expressions = fc.letrec<Record<'any', string>>(tie => {
  const any = tie('any');
  const two = (operator: string) =>
    fc.tuple(any, any).map(([a, b]) => `(${a} ${operator} ${b})`);
  const loop = (macro: string) =>
    fc.tuple(any, any).map(([a, b]) => `${a}.${macro}(x, ${b})`);
  return {
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      {
        weight: 40,
        arbitrary: fc.constantFrom(
          ...Object.keys(variables),
          ...'map.a map.c map.b names[0] names[9] x "o" "a" 0 2 2.0 1u true null [] {} {"a":1} [1,2] has(map.a) has(map.c)'.split(
            ' ',
          ),
        ),
      },
      ...[
        '&&',
        '||',
        '==',
        '!=',
        '<',
        '<=',
        '>',
        '>=',
        '+',
        '-',
        '/',
        'in',
      ].map(two),
      any.map(a => `!${a}`),
      any.map(a => `size(${a})`),
      any.map(a => `string(${a})`),
      any.map(a => `[${a}]`),
      any.map(a => `{"k": ${a}}`),
      fc.tuple(any, any, any).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      // The library takes [1, 2][true] for 2, which the check of types refuses.
      fc
        .tuple(
          any,
          fc.constantFrom(
            '0',
            '2',
            '2.0',
            '1u',
            '"a"',
            'number',
            'text',
            'null',
          ),
        )
        .map(([a, b]) => `${a}[${b}]`),
      ...['startsWith', 'endsWith', 'contains', 'split'].map(method =>
        fc.tuple(any, any).map(([a, b]) => `${a}.${method}(${b})`),
      ),
      ...['all', 'exists', 'exists_one', 'map', 'filter'].map(loop),
      fc.tuple(any, any, any).map(([a, b, c]) => `${a}.map(x, ${b}, ${c})`),
    ),
  };
}).any;

/** As text, so that two results can be compared; all errors are alike. */
function say(value: CelResult): string {
  if (isCelError(value)) {
    return 'error';
  }
  if (value !== null && typeof value === 'object' && Symbol.iterator in value) {
    const items = [...(value as Iterable<CelResult>)].map(each =>
      Array.isArray(each) ? each.map(say).join(':') : say(each),
    );
    return `[${items.join()}]`;
  }
  return `${typeof value} ${String(value)}`;
}

describe('compileExpression', () => {
  it("evaluates as the library's own planner does", () => {
    let values = 0;
    fc.assert(
      fc.property(expressions, expression => {
        const parsed = parseExpression(`[1].map(x, ${expression})[0]`);
        const expected = say(plan(policyEnvironment, parsed)(variables));
        const frame = Object.values(variables) as CelResult[];
        const run = compileExpression(parsed, Object.keys(variables));
        expect(say(inCelContext(() => run([...frame])))).toBe(expected);
        values += expected === 'error' ? 0 : 1;
      }),
      { numRuns: 3_000 },
    );
    // Or it would say nothing.
    expect(values).toBeGreaterThan(500);
  });

  it('walks long lists that map, filter and + made in as many steps as others', () => {
    const long = celList(Array.from({ length: 20_000 }, (_, i) => BigInt(i)));
    const run = compileExpression(
      parseExpression(
        '((long.map(x, x + 1) + [1]) + [2]).filter(x, x > 0).all(x, x > 0)',
      ),
      ['long'],
    );
    // The library's own planner chains lists, which takes ten seconds, or the whole stack.
    const { steps, result } = countSteps(Infinity, () =>
      inCelContext(() => run([long])),
    );
    expect(result).toBe(true);
    expect(steps).toBeLessThan(20 * long.size);
  });
});
