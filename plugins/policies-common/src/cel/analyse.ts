import { atIndex, fieldOf, iterationOf, membershipCost } from './access';
import { CelProblem } from './CelProblem';
import { LIST_COST, MAP_COST } from './compileExpression';
import { findFunctions } from './environment';
import {
  constantShape,
  describeCall,
  describeFunction,
  toShape,
} from './libraryShapes';
import type { CelNode, ParsedExpression } from './parseExpression';
import { Patterns, type CompiledPattern } from './Patterns';
import { resultOf } from './resultOf';
import {
  bool,
  describeShape,
  dyn,
  isAssignable,
  isComparable,
  join,
  sizeOf,
  weightOf,
  type CelShape,
} from './shapes';

/** What is known of an expression before it runs. */
export interface Analysis {
  shape: CelShape;
  /**
   * The steps that its evaluation takes at most, for the biggest values that are declared. As in Kubernetes: one for an
   * access or a call, a tenth for each character that is looked at, and a loop as often as its list may be long.
   */
  cost: number;
}

type Scope = ReadonlyMap<string, CelShape>;

const TYPE_NAMES = new Set(
  'bool int uint double string bytes list map null_type type'.split(' '),
);

type Kind = CelNode['exprKind'];
type Of<C extends Kind['case']> = Extract<Kind, { case: C }>['value'] & {};

class Analyser {
  constructor(
    private readonly positions: Record<string, number>,
    private readonly declared: string[],
    private readonly patterns: Patterns,
  ) {}

  visit(node: CelNode, scope: Scope): Analysis {
    const kind = node.exprKind;
    switch (kind.case) {
      case 'constExpr':
        return { shape: constantShape(kind.value.constantKind), cost: 0 };
      case 'identExpr':
        return { shape: this.ident(node, kind.value.name, scope), cost: 1 };
      case 'selectExpr':
        return this.select(node, kind.value, scope);
      case 'listExpr':
        return this.list(kind.value.elements, scope);
      case 'structExpr':
        return this.map(node, kind.value, scope);
      case 'comprehensionExpr':
        return this.loop(node, kind.value, scope);
      case 'callExpr':
        return this.call(node, kind.value, scope);
      default:
        return this.refuse(node, 'The expression has an empty part.');
    }
  }

  private refuse(node: CelNode, message: string): never {
    throw new CelProblem(message, this.positions[String(node.id)] ?? 0);
  }

  private refuseAt(node: CelNode): (message: string) => never {
    return message => this.refuse(node, message);
  }

  private ident(node: CelNode, name: string, scope: Scope): CelShape {
    const shape = scope.get(name);
    if (shape) {
      // Its values are computed when they are asked for, so there is no whole.
      return shape === scope.get('variables') && shape.kind === 'object'
        ? this.refuse(node, 'Ask for a variable by its name, variables.x.')
        : shape;
    }
    if (TYPE_NAMES.has(name)) {
      return { kind: 'type' };
    }
    return this.refuse(
      node,
      `"${name}" is not known here. There is: ${this.declared.join(', ')}.`,
    );
  }

  private select(
    node: CelNode,
    select: Of<'selectExpr'>,
    scope: Scope,
  ): Analysis {
    const of = select.operand!.exprKind;
    const variables =
      of.case === 'identExpr' && of.value.name === 'variables'
        ? scope.get('variables')
        : undefined;
    const operand = variables
      ? { shape: variables, cost: 1 }
      : this.visit(select.operand!, scope);
    const field = fieldOf(operand.shape, select.field, this.refuseAt(node));
    return { shape: select.testOnly ? bool : field, cost: operand.cost + 1 };
  }

  private list(elements: CelNode[], scope: Scope): Analysis {
    const parts = elements.map(element => this.visit(element, scope));
    return {
      shape: {
        kind: 'list',
        element: parts.reduce<CelShape>(
          (shape, part) => join(shape, part.shape),
          { kind: 'nothing' },
        ),
        max: parts.length,
      },
      cost: parts.reduce((sum, part) => sum + part.cost, LIST_COST),
    };
  }

  private map(node: CelNode, map: Of<'structExpr'>, scope: Scope): Analysis {
    if (map.messageName) {
      return this.refuse(
        node,
        `"${map.messageName}" is no type that can be made here. Write a map, {'key': value}.`,
      );
    }
    let key: CelShape = { kind: 'nothing' };
    let value: CelShape = { kind: 'nothing' };
    let cost = MAP_COST;
    for (const entry of map.entries) {
      if (entry.keyKind.case !== 'mapKey' || !entry.value) {
        return this.refuse(node, 'The map has an entry without key or value.');
      }
      const keyPart = this.visit(entry.keyKind.value, scope);
      const valuePart = this.visit(entry.value, scope);
      key = join(key, keyPart.shape);
      value = join(value, valuePart.shape);
      cost += keyPart.cost + valuePart.cost;
    }
    return {
      shape: { kind: 'map', key, value, max: map.entries.length },
      cost,
    };
  }

  /** What `all`, `exists`, `exists_one`, `map` and `filter` stand for. */
  private loop(
    node: CelNode,
    loop: Of<'comprehensionExpr'>,
    scope: Scope,
  ): Analysis {
    const range = this.visit(loop.iterRange!, scope);
    const { item, times } = iterationOf(range.shape, this.refuseAt(node));
    const start = this.visit(loop.accuInit!, scope);
    const inside = (accumulated: CelShape): Scope =>
      new Map(scope).set(loop.iterVar, item).set(loop.accuVar, accumulated);
    const turn = inside(start.shape);
    const condition = this.visit(loop.loopCondition!, turn);
    const step = this.visit(loop.loopStep!, turn);
    // Each turn appends what the first one did.
    const accumulated: CelShape =
      step.shape.kind === 'list'
        ? { ...step.shape, max: step.shape.max * times }
        : step.shape;
    const result = this.visit(loop.result!, inside(accumulated));
    return {
      shape: result.shape,
      cost:
        range.cost +
        start.cost +
        times * (1 + condition.cost + step.cost) +
        result.cost,
    };
  }

  private call(node: CelNode, call: Of<'callExpr'>, scope: Scope): Analysis {
    const qualified = qualifiedName(call, scope);
    const name = qualified ?? call.function;
    const operands =
      call.target && !qualified ? [call.target, ...call.args] : call.args;
    const parts = operands.map(operand => this.visit(operand, scope));
    const shapes = parts.map(part => part.shape);
    const below = parts.reduce((sum, part) => sum + part.cost, 0);

    switch (name) {
      case '_&&_':
      case '_||_':
      case '!_':
        shapes.forEach((shape, i) => this.wantBool(operands[i], shape));
        return { shape: bool, cost: below + 1 };
      case '@not_strictly_false':
        return { shape: bool, cost: below + 1 };
      case '_?_:_':
        this.wantBool(operands[0], shapes[0]);
        return {
          shape: this.branches(node, shapes[1], shapes[2]),
          cost: 1 + parts[0].cost + Math.max(parts[1].cost, parts[2].cost),
        };
      case '_==_':
      case '_!=_':
        if (!isComparable(shapes[0], shapes[1])) {
          return this.refuse(
            node,
            `${describeShape(shapes[0])} is compared with ${describeShape(shapes[1])}: they are never equal. Convert one of them.`,
          );
        }
        return {
          shape: bool,
          cost: below + Math.min(weightOf(shapes[0]), weightOf(shapes[1])),
        };
      case '_[_]':
        return {
          shape: atIndex(shapes[0], shapes[1], this.refuseAt(node)),
          cost: below + 1,
        };
      case '@in':
        return {
          shape: bool,
          cost:
            below + membershipCost(shapes[0], shapes[1], this.refuseAt(node)),
        };
      default:
        return this.function(
          node,
          { name, isMethod: Boolean(call.target) && !qualified },
          shapes,
          below,
        );
    }
  }

  private wantBool(node: CelNode, shape: CelShape) {
    if (!isAssignable(shape, bool)) {
      this.refuse(
        node,
        `A condition is wanted here, and this is of type ${describeShape(shape)}.`,
      );
    }
  }

  private branches(node: CelNode, yes: CelShape, no: CelShape): CelShape {
    return isComparable(yes, no)
      ? join(yes, no)
      : this.refuse(
          node,
          `The one branch is of type ${describeShape(yes)} and the other ${describeShape(no)}. Make them alike.`,
        );
  }

  private function(
    node: CelNode,
    called: { name: string; isMethod: boolean },
    shapes: CelShape[],
    below: number,
  ): Analysis {
    const { name, isMethod } = called;
    const known = findFunctions(name);
    if (known.length === 0) {
      return this.refuse(node, `There is no function "${name}".`);
    }
    const fitting = known.filter(each => {
      const wanted = [...(each.target ? [each.target] : []), ...each.arguments];
      return (
        Boolean(each.target) === isMethod &&
        wanted.length === shapes.length &&
        wanted.every((type, i) => isAssignable(shapes[i], toShape(type)))
      );
    });
    if (fitting.length === 0) {
      return this.refuse(
        node,
        `${describeCall(name, isMethod, shapes)} does not exist. There is: ${[...new Set(known.map(describeFunction))].slice(0, 8).join(', ')}.`,
      );
    }
    if (name === 'matches') {
      const { costOf } = this.pattern(node, shapes[1]);
      return { shape: bool, cost: below + 1 + costOf(sizeOf(shapes[0])) };
    }
    const declared = fitting
      .map(each => toShape(each.result))
      .reduce((a, b) => (a.kind === b.kind ? a : dyn));
    const result = resultOf(name, shapes, declared);
    return { shape: result.shape, cost: below + 1 + result.cost };
  }

  private pattern(node: CelNode, pattern: CelShape): CompiledPattern {
    if (pattern.kind !== 'string' || pattern.literal === undefined) {
      return this.refuse(
        node,
        'The pattern of matches is not written in the policy. Write it there, as text or as a parameter.',
      );
    }
    try {
      return this.patterns.compile(pattern.literal);
    } catch (error) {
      return this.refuse(
        node,
        `The pattern of matches is not known to RE2: ${(error as Error).message}.`,
      );
    }
  }
}

/**
 * Checks the types of an expression and bounds its cost. The library has neither.
 *
 * @param parsed - the expression
 * @param declared - the variables that there are
 * @param patterns - those of the policies that are read with this one
 * @throws CelProblem when it uses what is not declared, or a function on what it is not for
 */
export function analyse(
  parsed: ParsedExpression,
  declared: Readonly<Record<string, CelShape>>,
  patterns: Patterns = new Patterns(),
): Analysis {
  const positions = parsed.sourceInfo?.positions ?? {};
  return new Analyser(positions, Object.keys(declared), patterns).visit(
    parsed.expr,
    new Map(Object.entries(declared)),
  );
}

/** `strings.quote(x)` is a function with a dot in its name, and not a method of a variable. */
function qualifiedName(call: Of<'callExpr'>, scope: Scope): string | undefined {
  const target = call.target?.exprKind;
  if (target?.case !== 'identExpr' || scope.has(target.value.name)) {
    return undefined;
  }
  const name = `${target.value.name}.${call.function}`;
  return findFunctions(name).length > 0 ? name : undefined;
}
