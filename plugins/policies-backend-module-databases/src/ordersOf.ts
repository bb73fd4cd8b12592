import type { JsonObject, JsonValue } from '@backstage/types';
import {
  databaseNameOf,
  databaseOrderOf,
} from '@slipway/plugin-scaffolder-common';
import { readText, type ExpressionScope, type Known } from './readExpression';

/** The step that orders a database. */
const ORDERS = 'platform:database:create';
/** The step that puts out what the database of a service will be called. */
const PLANS = 'slipway:service:plan';

const FIELDS = [
  'name',
  'engine',
  'type',
  'version',
  'size',
  'environment',
  'owner',
  'description',
];
/** Without these nothing is ordered: the form is not filled in yet, or the step refuses. */
const NEEDED = ['name', 'size', 'owner'];

/** The databases that a task of a template will order. */
export interface Orders {
  /** As orders are sent. */
  orders: JsonObject[];
  /** Titles of steps that may order what cannot be told before they run. */
  untold: string[];
}

/**
 * Reads from the steps of a template what they will order for these parameters.
 *
 * @param template - as the catalog has it; somebody may have written anything into it
 */
export function ordersOf(
  template: JsonValue | undefined,
  parameters: JsonObject,
): Orders {
  const steps = stepsOf(template);
  const scope: ExpressionScope = {
    parameters,
    outputOf(stepId, output) {
      const step = steps.find(({ id }) => id === stepId);
      return step?.action === PLANS && output === 'databaseName'
        ? plannedName(step)
        : { isKnown: false };
    },
  };
  /** As the action does it. */
  function plannedName({ input }: JsonObject): Known {
    const name = readText(objectOf(input).name, scope);
    return name.isKnown && typeof name.value === 'string' && name.value
      ? { isKnown: true, value: databaseNameOf(name.value) }
      : name;
  }

  const found: Orders = { orders: [], untold: [] };
  for (const step of steps.filter(({ action }) => action === ORDERS)) {
    const condition = readText(step.if, scope);
    // As the scaffolder has it: of what is no text, only false leaves a step out.
    const isAsked = typeof step.if === 'string';
    if (
      step.if === false ||
      (isAsked && condition.isKnown && !isTrue(condition.value))
    ) {
      continue;
    }
    const given = objectOf(step.input);
    const input = new Map(
      FIELDS.map(field => [field, readText(given[field], scope)]),
    );
    const isTold = FIELDS.every(
      // What the data is for is nothing to be judged by.
      field => field === 'description' || input.get(field)?.isKnown,
    );
    if (!isTold || !condition.isKnown || step.each !== undefined) {
      found.untold.push(String(step.name ?? step.id ?? ORDERS));
      continue;
    }
    const order = databaseOrderOf(
      Object.fromEntries(
        [...input].map(([field, read]) => [
          field,
          read.isKnown ? read.value : undefined,
        ]),
      ),
    );
    if (
      NEEDED.every(field => typeof order[field] === 'string' && order[field])
    ) {
      found.orders.push(
        Object.fromEntries(
          Object.entries(order).filter(([, value]) => value !== undefined),
        ) as JsonObject,
      );
    }
  }
  return found;
}

function stepsOf(template: JsonValue | undefined): JsonObject[] {
  const { steps } = objectOf(objectOf(template).spec);
  return Array.isArray(steps) ? steps.map(objectOf) : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? value
    : {};
}

/** As the scaffolder has it. */
function isTrue(value: JsonValue | undefined): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
