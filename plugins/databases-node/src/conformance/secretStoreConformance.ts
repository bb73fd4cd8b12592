import { jestRunner } from './jestRunner';
import { registerSecretConcurrencyTests } from './secretConcurrency';
import {
  registerSecretFaultTests,
  registerSharedSecretTests,
} from './secretFaults';
import { registerSecretLifeTests } from './secretLife';
import { registerSecretLimitTests } from './secretLimits';
import {
  EmbeddedSecretStoreHarness,
  SecretStoreHarness,
  TestRunner,
} from './secretTypes';
import { SecretWorld } from './SecretWorld';

/** Real servers on a busy machine take their time. */
const TIMEOUT_MS = 120_000;

/** @internal */
export type RegisterSecretTest = (
  name: string,
  body: (world: SecretWorld) => Promise<void>,
) => void;

/**
 * Registers the tests that every store of secrets must pass. They use nothing
 * but the contract and a real server.
 *
 * @param name - what the tests are called after
 * @param start - starts a server, or connects to one
 * @param runner - jest's functions when left out
 * @public
 */
export function secretStoreConformance(
  name: string,
  start: () => Promise<SecretStoreHarness>,
  runner: TestRunner = jestRunner(TIMEOUT_MS),
): void {
  registerAll(name, start, runner, [registerSharedSecretTests]);
}

/**
 * As {@link secretStoreConformance}, for a store in the portal's own Postgres.
 *
 * @public
 */
export function embeddedSecretStoreConformance(
  name: string,
  start: () => Promise<EmbeddedSecretStoreHarness>,
): void {
  registerAll(name, start, jestRunner(TIMEOUT_MS), []);
}

function registerAll(
  name: string,
  start: () => Promise<EmbeddedSecretStoreHarness>,
  runner: TestRunner,
  more: ((register: RegisterSecretTest) => void)[],
): void {
  runner.describe(`${name} as a store of secrets`, () => {
    let world: SecretWorld | undefined;
    runner.before(async () => {
      const harness = await start();
      world = new SecretWorld(harness, await harness.inventory());
    });
    runner.afterEach(async () => world?.cleanUp());
    runner.after(async () => world?.harness.stop());

    const register: RegisterSecretTest = (title, body) =>
      runner.it(title, { timeout: TIMEOUT_MS }, async () => {
        if (!world) {
          throw new Error('The harness has not been started');
        }
        await body(world);
      });
    for (const each of [
      registerSecretLifeTests,
      registerSecretLimitTests,
      registerSecretConcurrencyTests,
      registerSecretFaultTests,
      ...more,
    ]) {
      each(register);
    }
  });
}
