import { launchPortal, type LaunchedPortal } from './launchPortal.ts';

/** What a test of pages needs to know about a running portal. */
export type UsedPortal = Pick<
  LaunchedPortal,
  'url' | 'identityUrl' | 'gitUrl' | 'ports' | 'people' | 'password' | 'dataDir'
>;

/** The variable by which the test command hands one portal to all browser tests. */
export const SHARED_PORTAL_VARIABLE = 'SLIPWAY_TEST_PORTAL';

/**
 * The portal that the test command has started for all browser tests, or one of this test file's own when the file is
 * run by itself. Tests share its data: they make what they need under names of their own.
 *
 * @returns the portal and what to call in `after`
 * @public
 */
export async function usePortal(): Promise<
  UsedPortal & { release(): Promise<void> }
> {
  const shared = process.env[SHARED_PORTAL_VARIABLE];
  if (shared) {
    return { ...JSON.parse(shared), release: async () => {} };
  }
  const own = await launchPortal();
  return { ...own, release: () => own.remove() };
}
