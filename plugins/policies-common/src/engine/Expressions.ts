import { analyse } from '../cel/analyse';
import { CelProblem } from '../cel/CelProblem';
import { parseExpression, type ParsedExpression } from '../cel/parseExpression';
import type { Patterns } from '../cel/Patterns';
import { describeShape, isAssignable, type CelShape } from '../cel/shapes';
import type { PolicyDocument } from '../document/policyDocument';
import type { PolicyProblem } from '../document/problems';
import { namePath, type ReadDocument } from '../document/readDocuments';
import type { YamlPath } from '../document/readYaml';
import { EXPRESSION_COST_MAX, POLICY_COST_MAX } from './limits';
import { requestShape } from './subjects';

/** An expression of a policy. */
export interface Expression {
  path: YamlPath;
  parsed: ParsedExpression;
  /** Of the variable that it is the value of. */
  name?: string;
}

/** The expressions of one policy, what is wrong with them, and what they cost together. */
export class Expressions {
  readonly problems: PolicyProblem[] = [];
  cost = 0;
  private kind = '';
  private declared: Record<string, CelShape> = {};
  private readonly variables: Record<string, CelShape> = {};
  private readonly seen = new Set<string>();

  constructor(
    private readonly source: ReadDocument<PolicyDocument>,
    private readonly patterns: Patterns,
    private readonly options: { isInForce?: boolean } = {},
  ) {}

  read(path: YamlPath, text: string, name?: string): Expression | undefined {
    try {
      return { path, name, parsed: parseExpression(text) };
    } catch (error) {
      this.refuse(path, error as Error);
      return undefined;
    }
  }

  /** Begins to check for requests of a kind. */
  begin(kind: string, declared: Record<string, CelShape>) {
    this.kind = kind;
    this.cost = 0;
    Object.keys(this.variables).forEach(name => delete this.variables[name]);
    this.declared = {
      ...declared,
      request: requestShape,
      variables: { kind: 'object', name: 'variables', fields: this.variables },
    };
  }

  /** Checks the value of a variable, which those after it may use. */
  variable(expression: Expression | undefined) {
    const shape = this.check(expression);
    if (expression?.name) {
      this.variables[expression.name] = shape ?? { kind: 'dyn' };
    }
  }

  check(expression: Expression | undefined, wanted?: CelShape) {
    if (!expression) {
      return undefined;
    }
    try {
      const { shape, cost } = analyse(
        expression.parsed,
        this.declared,
        this.patterns,
      );
      if (wanted && !isAssignable(shape, wanted)) {
        throw new CelProblem(
          `The expression is of type ${describeShape(shape)}, and ${describeShape(wanted)} is wanted.`,
          0,
        );
      }
      // What is endless none at all times is no number, and within no limit.
      if (!(cost <= EXPRESSION_COST_MAX) && !this.options.isInForce) {
        throw new CelProblem(
          `The expression may take ${say(cost)} steps, and ${say(EXPRESSION_COST_MAX)} are allowed. Loop over less: a loop within a loop counts as often as both lists are long.`,
          0,
        );
      }
      this.cost += cost;
      return shape;
    } catch (error) {
      this.refuse(expression.path, error as Error);
      return undefined;
    }
  }

  refusePolicy(cost: number) {
    this.problems.push(
      this.source.problemAt(
        ['spec'],
        `All expressions together may take ${say(cost)} steps, and ${say(POLICY_COST_MAX)} are allowed. Make two policies of it.`,
      ),
    );
  }

  private refuse(path: YamlPath, error: Error) {
    const about =
      this.kind && this.source.document.spec.match.kinds.length > 1
        ? ` (for requests of kind ${this.kind})`
        : '';
    const message =
      error instanceof CelProblem
        ? error.message
        : `The expression cannot be read: ${error.message}.`;
    const problem = this.source.problemAt(
      path,
      `${namePath(path)}: ${message}${about}`,
      error instanceof CelProblem ? error.offset : 0,
    );
    // What is wrong for each of many kinds is said once.
    const key = `${problem.line}:${problem.column}:${message}`;
    if (!this.seen.has(key)) {
      this.seen.add(key);
      this.problems.push(problem);
    }
  }
}

function say(steps: number): string {
  if (!Number.isFinite(steps)) {
    return 'endless';
  }
  return steps < 1e15
    ? Math.ceil(steps).toLocaleString('en-US')
    : steps.toExponential(1);
}
