import type { JsonObject, JsonValue } from '@backstage/types';
import {
  TEMPLATE_TASK_KIND,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import type { PolicyRequestForesight } from '@slipway/plugin-policies-node';
import { ordersOf } from './ordersOf';

/** Foresees which databases a task of a golden path will order, so that it is not begun when they would be refused. */
export class OrdersForesight implements PolicyRequestForesight {
  readonly kind = TEMPLATE_TASK_KIND;

  static create(): OrdersForesight {
    return new OrdersForesight();
  }

  private constructor() {}

  async foresee({ object }: PolicyRequest) {
    const { orders, untold } = ordersOf(
      object.template,
      parametersOf(object.parameters),
    );
    return {
      requests: orders.map(order => ({
        kind: 'DatabaseRequest',
        operation: 'create' as const,
        object: order,
      })),
      notes: untold.map(step => ({
        message: `Which database “${step}” orders cannot be told before it runs. The policies are asked about it then, and may refuse it.`,
        about: { kind: 'DatabaseRequest' },
      })),
    };
  }
}

function parametersOf(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? value
    : {};
}
