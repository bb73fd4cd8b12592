import { setTimeout as sleep } from 'node:timers/promises';
import type { PoliciesService } from '@slipway/plugin-policies-node';

/** A change of policies is taken up within this. */
const KEPT_MS = 5_000;
/** So long after its start a process waits for the policies plugin, which starts beside the catalog. */
const PATIENT_FOR_MS = 120_000;
const PAUSE_MS = 1_000;
const started = Date.now();

type Version = Awaited<ReturnType<PoliciesService['version']>>;

/** What the policies are about, and when answers change; asked once for all entities of some seconds. */
export class PoliciesVersion {
  readonly #policies: PoliciesService;
  #asked: { at: number; version: Promise<Version> } | undefined;

  static create(policies: PoliciesService): PoliciesVersion {
    return new PoliciesVersion(policies);
  }

  private constructor(policies: PoliciesService) {
    this.#policies = policies;
  }

  /** @throws ServiceUnavailableError when it cannot be known */
  current(): Promise<Version> {
    if (!this.#asked || this.#asked.at < Date.now() - KEPT_MS) {
      const asked = { at: Date.now(), version: this.#ask() };
      this.#asked = asked;
      // From when it is known on, and a failure is not kept.
      asked.version.then(
        () => {
          asked.at = Date.now();
        },
        () => {
          if (this.#asked === asked) this.#asked = undefined;
        },
      );
    }
    return this.#asked.version;
  }

  async #ask(): Promise<Version> {
    for (;;) {
      try {
        return await this.#policies.version();
      } catch (error) {
        if (Date.now() > started + PATIENT_FOR_MS) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }
}
