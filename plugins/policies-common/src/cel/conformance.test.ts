import type { Registry } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { SimpleTest } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js';
import type { Type } from '@bufbuild/cel-spec/cel/expr/checked_pb.js';
import type { Value } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { getTestRegistry } from '@bufbuild/cel-spec/testdata/registry.js';
import {
  getConformanceSuite,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';
import {
  celList,
  celType,
  celUint,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  type CelInput,
  type CelValue,
} from '@bufbuild/cel';
import { analyse } from './analyse';
import { compileExpression } from './compileExpression';
import { inCelContext } from './environment';
import { parseExpression } from './parseExpression';
import { dyn, text, type CelShape } from './shapes';
import knownFailures from './__fixtures__/knownFailures.json';

/**
 * The public cases of CEL, as far as they are about values of JSON: policies know no messages of protobuf. Each case
 * must pass, except those that are listed: extensions that the library did not have when it was chosen
 * (docs/decisions/0012), and names that are not declared or have dots, which policies have none of. One of those that
 * passes must leave the list.
 */
const cases = collect(getConformanceSuite(), []).filter(
  ({ test }) =>
    !test.checkOnly &&
    !test.disableMacros &&
    !test.container &&
    isJson(test) &&
    // The bytes of Node's TextEncoder are none of those that Jest's sandbox knows.
    !/^bytes\('/.test(test.expr),
);
const missing = new Set(
  Object.entries(knownFailures).flatMap(([section, names]) =>
    names.map(name => `${section}/${name}`),
  ),
);
const registry: Registry = getTestRegistry();

describe('CEL', () => {
  it('passes the conformance cases that it passed when it was chosen', () => {
    const failed = cases
      .filter(({ test }) => !passes(test))
      .map(({ name }) => name);
    expect(failed.sort()).toEqual([...missing].sort());
    expect(cases.length).toBeGreaterThan(1_500);
  });

  it('is not refused by the check of types where the specification has a value', () => {
    const refused = cases.flatMap(({ name, test }) => {
      if (test.disableCheck || missing.has(name) || !hasValue(test)) {
        return [];
      }
      try {
        analyse(parseExpression(test.expr), declarationsOf(test));
        return [];
      } catch (error) {
        return [`${test.expr}: ${(error as Error).message}`];
      }
    });
    expect(refused).toEqual([]);
  });
});

function collect(
  suite: IncrementalTestSuite,
  path: string[],
): { name: string; test: SimpleTest }[] {
  return [
    ...suite.tests.map(({ original }) => ({
      name: [...path, original.name].join('/'),
      test: original,
    })),
    ...suite.suites.flatMap(each => collect(each, [...path, each.name])),
  ];
}

function isJson(test: SimpleTest): boolean {
  const all = JSON.stringify(
    [test.expr, test.typeEnv, test.bindings, test.resultMatcher],
    (_, value) => (typeof value === 'bigint' ? String(value) : value),
  );
  return !/TestAllTypes|google\.protobuf\.(Any|Value|Struct|ListValue|[A-Z0-9a-z]+Value)\b|cel\.expr\.conformance|typeMapValue/.test(
    all.replaceAll(/"\$typeName":"[^"]*"/g, ''),
  );
}

function hasValue({ resultMatcher }: SimpleTest): boolean {
  return [undefined, 'value', 'typedResult'].includes(resultMatcher.case);
}

function passes(test: SimpleTest): boolean {
  const matcher = test.resultMatcher;
  let outcome;
  try {
    const names = Object.keys(test.bindings);
    outcome = inCelContext(() => {
      const frame = names.map(name =>
        celList([toInput(test.bindings[name].kind.value as Value)]).get(0)!,
      );
      return compileExpression(parseExpression(test.expr), names)(frame);
    });
  } catch {
    return !hasValue(test);
  }
  if (isCelError(outcome)) {
    return !hasValue(test);
  }
  switch (matcher.case) {
    case undefined:
      return outcome === true;
    case 'value':
      return sayValue(outcome) === sayExpected(matcher.value);
    case 'typedResult':
      return sayValue(outcome) === sayExpected(matcher.value.result!);
    default:
      return false;
  }
}

function toInput({ kind }: Value): CelInput {
  switch (kind.case) {
    case 'nullValue':
      return null;
    case 'uint64Value':
      return celUint(kind.value);
    case 'listValue':
      return kind.value.values.map(toInput);
    case 'mapValue':
      return new Map(
        kind.value.entries.map(({ key, value }) => [
          toInput(key!) as string,
          toInput(value!),
        ]),
      );
    case 'objectValue':
      return anyUnpack(kind.value, registry)!;
    case 'typeValue':
    case 'enumValue':
    case undefined:
      throw new Error(`No value: ${kind.case}`);
    default:
      return kind.value;
  }
}

/** Numbers of different types with the same value are equal in CEL. */
function sayNumber(value: number | bigint): string {
  return Number.isInteger(value) && !Object.is(value, -0)
    ? `${BigInt(value)}`
    : `${value}`;
}

function sayMap(entries: [string, string][]): string {
  return `{${entries
    .map(entry => entry.join(': '))
    .sort()
    .join()}}`;
}

function sayExpected(value: Value): string {
  const { kind } = value;
  switch (kind.case) {
    case 'int64Value':
    case 'uint64Value':
    case 'doubleValue':
      return sayNumber(kind.value);
    case 'listValue':
      return `[${kind.value.values.map(sayExpected).join()}]`;
    case 'mapValue':
      return sayMap(
        kind.value.entries.map(each => [
          sayExpected(each.key!),
          sayExpected(each.value!),
        ]),
      );
    case 'typeValue':
      return `type ${kind.value}`;
    default:
      return sayValue(toInput(value) as CelValue);
  }
}

function sayValue(value: CelValue | CelInput): string {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return sayNumber(value);
  }
  if (typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (value === null || typeof value !== 'object') {
    return String(value);
  }
  if (value instanceof Uint8Array) {
    return `bytes ${Buffer.from(value).toString('hex')}`;
  }
  if (isCelUint(value)) {
    return sayNumber(value.value);
  }
  if (isCelList(value)) {
    return `[${[...value].map(sayValue).join()}]`;
  }
  if (isCelMap(value)) {
    return sayMap(
      [...value].map(([key, each]) => [sayValue(key), sayValue(each)]),
    );
  }
  if (isCelType(value)) {
    return `type ${value.name}`;
  }
  const message = 'message' in value ? value.message : value;
  const { seconds, nanos } = message as { seconds?: bigint; nanos?: number };
  return `${celType(value as CelValue).name ?? ''} ${seconds} ${nanos}`;
}

function declarationsOf(test: SimpleTest): Record<string, CelShape> {
  return Object.fromEntries(
    test.typeEnv.map(({ name, declKind }) => [
      name,
      declKind.case === 'ident' ? toShape(declKind.value.type) : dyn,
    ]),
  );
}

function toShape(type: Type | undefined): CelShape {
  const kind = type?.typeKind;
  switch (kind?.case) {
    case 'primitive':
      return [
        dyn,
        { kind: 'bool' } as const,
        { kind: 'int' } as const,
        { kind: 'uint' } as const,
        { kind: 'double' } as const,
        text(100),
        { kind: 'bytes', max: 100 } as const,
      ][kind.value];
    case 'listType':
      return { kind: 'list', element: toShape(kind.value.elemType), max: 10 };
    case 'mapType':
      return {
        kind: 'map',
        key: toShape(kind.value.keyType),
        value: toShape(kind.value.valueType),
        max: 10,
      };
    default:
      return dyn;
  }
}
