import type { ApprovalRule } from '@slipway/plugin-approvals-common';
import type { DatabaseSize } from '@slipway/plugin-databases-common';
import type { DatabasesConfig } from '../config';

/** Who has to approve an order, or undefined when nobody has to. Every entry that fits counts. */
export function approvalRuleFor(
  config: Pick<DatabasesConfig, 'approvals'>,
  order: { environment: string; size: DatabaseSize },
): ApprovalRule | undefined {
  const rule = config.approvals
    .filter(
      each =>
        each.environment === order.environment &&
        each.sizes.includes(order.size),
    )
    .map(({ groups, required }) => ({ groups, required }));
  return rule.length ? rule : undefined;
}
