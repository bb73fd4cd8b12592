import type { JsonObject } from '@backstage/types';
import type { CelResult } from '@bufbuild/cel';
import { compileExpression, type Runnable } from '../cel/compileExpression';
import { Patterns } from '../cel/Patterns';
import { bool, text } from '../cel/shapes';
import { toCelValue } from '../cel/toCelValue';
import { digestOf } from '../document/digest';
import type {
  PolicyDocument,
  PolicyMode,
  PolicyParam,
} from '../document/policyDocument';
import type { PolicyProblem } from '../document/problems';
import type { ReadDocument } from '../document/readDocuments';
import { Expressions, type Expression } from './Expressions';
import { POLICY_COST_MAX } from './limits';
import { paramsShape, withParams } from './params';
import { policySubjects, subjectOf, type PolicySubject } from './subjects';

/** The variables that expressions see, in the order of their frame. */
const FRAME = ['object', 'oldObject', 'request', 'params', 'variables'];

/**
 * A policy that is ready to judge.
 * @public
 */
export interface CompiledPolicy {
  name: string;
  title: string;
  mode: PolicyMode;
  /** The version: see `digestOf`. */
  digest: string;
  /** With the parameters that the company chose. */
  document: PolicyDocument;
  /** The file it was read from. */
  file: string;
  /** The most steps that judging one request takes; see `EXPRESSION_COST_MAX`. */
  cost: number;
  /** Internal. */
  readonly run: {
    params: CelResult;
    variables: ReadonlyMap<string, Runnable>;
    matchConditions: { name: string; run: Runnable }[];
    validations: { run: Runnable; message?: Runnable }[];
  };
}

/** @public */
export interface CompileOptions {
  /** The kinds of requests and their fields; Slipway's own when left out. */
  subjects?: Readonly<Record<string, PolicySubject>>;
  /** Parameters by policy, in place of those in the documents. */
  params?: Readonly<Record<string, Record<string, PolicyParam>>>;
  /**
   * Whether they are in force already. What was taken by the limits of an older version stays in force then: otherwise an upgrade
   * would leave nobody with any policies, and nothing is allowed without.
   */
  isInForce?: boolean;
}

/**
 * Checks all expressions of a policy against each kind that it is about, and makes them ready to run.
 *
 * @param patterns - those of the policies that are read with it
 */
export function compilePolicy(
  read: ReadDocument<PolicyDocument>,
  options: CompileOptions = {},
  patterns: Patterns = new Patterns(),
): { policy?: CompiledPolicy; problems: PolicyProblem[] } {
  const { document, problems } = withParams(
    read,
    options.params?.[read.document.metadata.name],
  );
  if (problems.length > 0) {
    return { problems };
  }
  const expressions = new Expressions(read, patterns, options);
  const { spec, metadata } = document;
  const variables = spec.variables.map(({ name, expression }, i) =>
    expressions.read(['spec', 'variables', i, 'expression'], expression, name),
  );
  const matchConditions = spec.matchConditions.map(({ expression }, i) =>
    expressions.read(['spec', 'matchConditions', i, 'expression'], expression),
  );
  const validations = spec.validations.map((validation, i) => ({
    expression: expressions.read(
      ['spec', 'validations', i, 'expression'],
      validation.expression,
    ),
    message:
      validation.messageExpression === undefined
        ? undefined
        : expressions.read(
            ['spec', 'validations', i, 'messageExpression'],
            validation.messageExpression,
          ),
  }));
  if (expressions.problems.length > 0) {
    return { problems: expressions.problems };
  }

  const toRun = ({ parsed }: Expression): Runnable =>
    compileExpression(parsed, FRAME, patterns);
  let cost = 0;
  const params = paramsShape(spec.params);
  for (const kind of spec.match.kinds) {
    const subject = subjectOf(options.subjects ?? policySubjects, kind).shape;
    expressions.begin(kind, { object: subject, oldObject: subject, params });
    variables.forEach(each => expressions.variable(each));
    matchConditions.forEach(each => expressions.check(each, bool));
    validations.forEach(({ expression, message }) => {
      expressions.check(expression, bool);
      expressions.check(message, text(0));
    });
    cost = Math.max(cost, expressions.cost);
  }
  if (cost > POLICY_COST_MAX && !options.isInForce) {
    expressions.refusePolicy(cost);
  }
  if (expressions.problems.length > 0) {
    return { problems: expressions.problems };
  }

  return {
    problems: [],
    policy: {
      name: metadata.name,
      title: metadata.title,
      mode: spec.mode,
      digest: digestOf(document as unknown as JsonObject),
      document,
      file: read.file,
      cost: Math.ceil(cost),
      run: {
        params: toCelValue(spec.params as JsonObject, params, 'params'),
        variables: new Map(variables.map(each => [each!.name!, toRun(each!)])),
        matchConditions: matchConditions.map((each, i) => ({
          name: spec.matchConditions[i].name,
          run: toRun(each!),
        })),
        validations: validations.map(({ expression, message }) => ({
          run: toRun(expression!),
          message: message && toRun(message),
        })),
      },
    },
  };
}
