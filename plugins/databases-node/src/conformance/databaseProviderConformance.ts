import { registerBackupTests } from './backups';
import { registerCredentialTests } from './credentials';
import { registerLifecycleTests } from './lifecycle';
import { registerMeasuringTests } from './measuring';
import { registerOwnershipTests } from './ownership';
import { registerPersonalLoginTests } from './personal';
import { ConformanceHarness } from './types';
import { World } from './World';

/**
 * Registers the jest tests that every provider of databases must pass. They use
 * nothing but the contract and a real server.
 *
 * @param name - what the tests are called after
 * @param start - starts a server, or connects to one, and makes the provider
 * @public
 */
export function databaseProviderConformance(
  name: string,
  start: () => Promise<ConformanceHarness>,
): void {
  describe(`${name} as a provider of databases`, () => {
    // Real servers on a busy machine take their time.
    jest.setTimeout(60_000);

    let world: World | undefined;
    const current = (): World => {
      if (!world) {
        throw new Error('The harness has not been started');
      }
      return world;
    };

    beforeAll(async () => {
      world = new World(await start());
    }, 60_000);

    afterEach(() => world?.cleanUp(), 60_000);

    afterAll(() => world?.harness.stop(), 60_000);

    registerLifecycleTests(current);
    registerOwnershipTests(current);
    registerCredentialTests(current);
    registerPersonalLoginTests(current);
    registerBackupTests(current);
    registerMeasuringTests(current);
  });
}
