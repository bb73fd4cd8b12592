import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const ROOT = path.resolve(__dirname, '../../..');

interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  allowReserved?: boolean;
}

interface Contract {
  paths: Record<string, Record<string, { parameters?: Parameter[] }>>;
  components?: { parameters?: Record<string, Parameter> };
}

/** All query parameters of a contract, as `/path name`. */
function queryParametersOf({ paths, components }: Contract) {
  const resolve = (parameter: Parameter) =>
    parameter.$ref
      ? components!.parameters![parameter.$ref.split('/').at(-1)!]
      : parameter;
  return Object.entries(paths).flatMap(([route, methods]) =>
    Object.values(methods)
      .flatMap(({ parameters = [] }) => parameters.map(resolve))
      .filter(parameter => parameter.in === 'query')
      .map(parameter => ({
        ...parameter,
        label: `${route} ${parameter.name}`,
      })),
  );
}

// Refs of entities and times have colons and slashes in them, and people write them as they are.
it.each(globSync('plugins/*/src/schema/openapi.yaml', { cwd: ROOT }).sort())(
  '%s takes colons and slashes in queries as they are',
  file => {
    const contract: Contract = parse(
      readFileSync(path.join(ROOT, file), 'utf8'),
    );
    expect(
      queryParametersOf(contract)
        .filter(({ allowReserved }) => !allowReserved)
        .map(({ label }) => label),
    ).toEqual([]);
  },
);
