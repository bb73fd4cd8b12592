import { bool, double, int, join, text, type CelShape } from '../cel/shapes';
import {
  paramSchema,
  type PolicyDocument,
  type PolicyParam,
} from '../document/policyDocument';
import type { PolicyProblem } from '../document/problems';
import type { ReadDocument } from '../document/readDocuments';

/** The type of `params`: what the values are. */
export function paramsShape(params: Record<string, PolicyParam>): CelShape {
  const fields = Object.entries(params).map(([name, value]) => [
    name,
    shapeOfParam(value),
  ]);
  return { kind: 'object', name: 'params', fields: Object.fromEntries(fields) };
}

function shapeOfParam(value: PolicyParam): CelShape {
  switch (typeof value) {
    case 'string':
      return { kind: 'string', max: value.length, literal: value };
    case 'number':
      return Number.isSafeInteger(value) ? int : double;
    case 'boolean':
      return bool;
    default:
      break;
  }
  const joined = (values: PolicyParam[]) =>
    values
      .map(shapeOfParam)
      .reduce<CelShape>((a, b) => join(a, b), { kind: 'nothing' });
  return Array.isArray(value)
    ? { kind: 'list', element: joined(value), max: value.length }
    : {
        kind: 'map',
        key: text(253),
        value: joined(Object.values(value)),
        max: Object.keys(value).length,
      };
}

/**
 * The policy with the parameters that a company chose in place of its own. Each must be of the same type.
 *
 * @param chosen - from a configuration, which nobody has looked at before
 */
export function withParams(
  read: ReadDocument<PolicyDocument>,
  chosen: Record<string, PolicyParam> = {},
): { document: PolicyDocument; problems: PolicyProblem[] } {
  const { document, problemAt } = read;
  const { params } = document.spec;
  const problems: PolicyProblem[] = [];
  if (!isMap(chosen)) {
    return {
      document,
      problems: [
        problemAt(
          ['spec', 'params'],
          `What was chosen as parameters of ${document.metadata.name} is no map. Give one, or leave it out.`,
        ),
      ],
    };
  }
  for (const [name, value] of Object.entries(chosen)) {
    const complaint = Object.hasOwn(params, name)
      ? differenceOf(params[name], value)
      : `is not known. The policy has: ${Object.keys(params).join(', ') || 'none'}.`;
    if (complaint) {
      problems.push(
        problemAt(
          ['spec', 'params', name],
          `The parameter ${name} that was chosen for ${document.metadata.name} ${complaint}`,
        ),
      );
    }
  }
  return {
    document: {
      ...document,
      spec: { ...document.spec, params: { ...params, ...chosen } },
    },
    problems,
  };
}

function differenceOf(own: PolicyParam, chosen: unknown): string | undefined {
  const read = paramSchema.safeParse(chosen);
  if (!read.success) {
    return read.error.issues[0].message;
  }
  const type = (value: PolicyParam) => {
    if (Array.isArray(value)) {
      return 'a list';
    }
    return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
  };
  return type(own) === type(read.data)
    ? undefined
    : `is ${type(read.data)}. Give ${type(own)}.`;
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
