import type { Operation, Parameter } from './contracts.ts';
import type { Sent } from './World.ts';

/** A request that is too much, and the statuses that say so. */
export interface BeyondLimit {
  what: string;
  sent: Partial<Sent>;
  statuses: number[];
}

/** More than any route takes. */
const BODY = JSON.stringify({ padding: 'x'.repeat(3 * 1024 * 1024) });

/**
 * What goes beyond the limits of a route: a body too large or no JSON, and for each parameter of the address a value that
 * its contract does not have. A parameter without a limit is a mistake of the contract.
 *
 * @param path - the address of a request that is fine, from the plugin's root
 */
export function beyondLimits(
  { route, parameters, hasBody }: Operation,
  path: string,
): BeyondLimit[] {
  const queries = parameters.filter(parameter => parameter.in === 'query');
  return [
    ...(hasBody
      ? [
          {
            what: 'a large body',
            sent: { body: BODY },
            statuses: [413],
          },
          { what: 'half a body', sent: { body: '{"a":' }, statuses: [400] },
        ]
      : []),
    ...queries.flatMap(parameter => {
      const values = beyond(parameter);
      if (!values) {
        throw new Error(`${route}: ${parameter.name} has no limit`);
      }
      return values.map(value => ({
        what: `${parameter.name} beyond its limit`,
        sent: { path: withQuery(path, parameter.name, value) },
        statuses: [400],
      }));
    }),
  ];
}

/** Values that are too much; undefined when nothing would be. */
function beyond({ name, schema }: Parameter): string[][] | undefined {
  if (name === 'limit') {
    return [['1000000'], ['0'], ['-1']];
  }
  if (schema.pattern || schema.enum || schema.format) {
    return [['§'.repeat(5)]];
  }
  if (schema.maxLength !== undefined) {
    return [['x'.repeat(schema.maxLength + 1)]];
  }
  if (schema.maxItems !== undefined) {
    return [Array.from({ length: schema.maxItems + 1 }, (_, n) => `x${n}`)];
  }
  return undefined;
}

function withQuery(path: string, name: string, values: string[]): string {
  const url = new URL(path, 'http://localhost');
  url.searchParams.delete(name);
  values.forEach(value => url.searchParams.append(name, value));
  return `${url.pathname}${url.search}`;
}
