import { identify } from '@slipway/plugin-policies-common';
import type { PolicyObject } from '@slipway/plugin-policies-node';
import { toRequest } from './toRequest';

/** Counts as a sweep goes. */
export class Tally {
  objects = 0;
  violations = 0;
  /** How much each has. */
  readonly owners = new Map<string, number>();

  add(object: PolicyObject, violations: number) {
    this.objects += 1;
    this.violations += violations;
    const { owner } = identify(toRequest(object));
    if (owner) this.owners.set(owner, (this.owners.get(owner) ?? 0) + 1);
  }
}
