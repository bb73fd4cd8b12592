import {
  parseEntityRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import type { DatabasesApi } from '@slipway/plugin-databases';
import { databaseNameOf } from '@slipway/plugin-scaffolder-common';

type Options = Awaited<ReturnType<DatabasesApi['getOptions']>>;

/** The step that checks and tells what a golden path will make. */
const ACTION = 'slipway:service:plan';
/** As the step has it. */
const ENVIRONMENT = 'development';
const ENGINE = 'postgres';

/** What a golden path for services will make of the answers. */
export interface PlanOutline {
  name: string;
  /** Reference to the group. */
  owner: string;
  repoUrl: string;
  database?: { name: string; size: string; environment: string };
}

/**
 * Works out what a golden path will make, in the way of its first step. Undefined when it has no such step, or says there
 * something that only the service can work out: then nothing is said rather than something wrong.
 *
 * @param template - as the catalog has it
 */
export function outlinePlan(
  template: Entity,
  parameters: JsonObject,
): PlanOutline | undefined {
  const { steps } = (template.spec ?? {}) as { steps?: JsonObject[] };
  const step = steps?.find(({ action }) => action === ACTION);
  const input = (step?.input ?? {}) as JsonObject;
  const [name, owner, repoUrl, size = 'none', environment = ENVIRONMENT] = [
    'name',
    'owner',
    'repoUrl',
    'databaseSize',
    'environment',
  ].map(key => fill(input[key], parameters));
  if (!name || !owner || !repoUrl) {
    return undefined;
  }
  return {
    name,
    owner: stringifyEntityRef(parseEntityRef(owner, { defaultKind: 'group' })),
    repoUrl,
    ...(size !== 'none' && {
      database: { name: databaseNameOf(name), size, environment },
    }),
  };
}

/** What a database will cost where orders go to; undefined when that is not known. */
export function priceOf(
  database: NonNullable<PlanOutline['database']>,
  options: Options,
): Options['sizes'][number]['pricePerMonth'] {
  const offer = options.offers?.find(
    each =>
      each.takesOrders &&
      each.engine === ENGINE &&
      each.environment === database.environment,
  );
  return (offer ?? options).sizes.find(each => each.name === database.size)
    ?.pricePerMonth;
}

/** A text, or the answer that `${{ parameters.x }}` stands for. */
function fill(value: unknown, parameters: JsonObject): string | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  const answer = /^\$\{\{\s*parameters\.(\w+)\s*\}\}$/.exec(value)?.[1];
  const filled = answer ? parameters[answer] : value;
  return typeof filled === 'string' && !filled.includes('${{')
    ? filled || undefined
    : undefined;
}
