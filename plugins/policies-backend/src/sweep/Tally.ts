import { identify, type PolicySet } from '@slipway/plugin-policies-common';
import type { PolicyObject } from '@slipway/plugin-policies-node';
import type { Checked } from '../database/sweeps';
import { toRequest } from './toRequest';

/** Counts as a sweep goes. */
export class Tally {
  readonly #validations: ReadonlyMap<string, number>;
  objects = 0;
  violations = 0;
  readonly #checked = new Map<string, Checked>();
  /** How much each has. */
  readonly owners = new Map<string, number>();

  static create(set: PolicySet): Tally {
    return new Tally(set);
  }

  private constructor({ policies }: PolicySet) {
    this.#validations = new Map(
      policies.map(({ name, document }) => [
        name,
        document.spec.validations.length,
      ]),
    );
  }

  /** @param asked - names of the policies that are about it */
  add(object: PolicyObject, asked: readonly string[], violations: number) {
    this.objects += 1;
    this.violations += violations;
    const owner = identify(toRequest(object)).owner ?? '';
    if (owner) this.owners.set(owner, (this.owners.get(owner) ?? 0) + 1);
    for (const policy of asked) {
      const key = `${policy} ${owner}`;
      const entry = this.#checked.get(key) ?? { owner, policy, checked: 0 };
      // Each validation may find a violation, and so each is a check.
      entry.checked += this.#validations.get(policy) ?? 1;
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
