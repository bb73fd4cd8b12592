import { launchPortal, SHARED_PORTAL_VARIABLE } from '@slipway/test-servers';
import { runNodeTests } from './suiteRunners.mjs';

/**
 * Runs tests of pages, two files at once, against one freshly started portal with fresh data. Much of their time is waiting, for a page
 * to come to rest and for a waiver to end.
 *
 * @param {import('./suiteRunners.mjs').Context} context
 * @param {string[]} files
 */
export async function runBrowserTests(context, files) {
  if (files.length === 0) {
    return { passed: 0, failed: 0 };
  }
  const portal = await launchPortal();
  try {
    return await runNodeTests(context, files, {
      concurrency: 2,
      env: {
        [SHARED_PORTAL_VARIABLE]: JSON.stringify({
          url: portal.url,
          identityUrl: portal.identityUrl,
          gitUrl: portal.gitUrl,
          ports: portal.ports,
          people: portal.people,
          password: portal.password,
          dataDir: portal.dataDir,
        }),
      },
    });
  } finally {
    await portal.remove();
  }
}
