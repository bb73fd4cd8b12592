import { identify } from '@slipway/plugin-policies-common';
import type { PolicyObject } from '@slipway/plugin-policies-node';
import type { Checked } from '../database/sweeps';
import { toRequest } from './toRequest';

/** Counts as a sweep goes. */
export class Tally {
  objects = 0;
  violations = 0;
  readonly #checked = new Map<string, Checked>();

  add(object: PolicyObject, asked: readonly string[], violations: number) {
    this.objects += 1;
    this.violations += violations;
    const owner = identify(toRequest(object)).owner ?? '';
    for (const policy of asked) {
      const key = `${policy} ${owner}`;
      const entry = this.#checked.get(key) ?? { owner, policy, checked: 0 };
      entry.checked += 1;
      this.#checked.set(key, entry);
    }
  }

  result() {
    return {
      objects: this.objects,
      violations: this.violations,
      checked: [...this.#checked.values()],
    };
  }
}
