import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Side } from './side.ts';

/** What a first visit took, seen from the browser. */
export interface Visit {
  seconds: number;
  /** JavaScript as it came over the wire: compressed, with headers. */
  scriptKiB: number;
}

/** A visit by somebody who has never been here: until the sign-in page can be used. */
export async function visitSignInPage(
  browser: Browser,
  side: Side,
): Promise<Visit> {
  const context = await newContext(browser);
  try {
    return await measure(await context.newPage(), side.url, {
      selector: 'button',
      text: `^${side.signInLabel}`,
    });
  } finally {
    await context.close();
  }
}

/** What a signed-in browser holds: its cookies and storage, and the person's token for requests of their own. */
export interface SignedIn {
  state: Awaited<ReturnType<BrowserContext['storageState']>>;
  token: string;
}

/** Signs in as a person does, and keeps the session. */
export async function signIn(browser: Browser, side: Side): Promise<SignedIn> {
  const context = await newContext(browser);
  try {
    const page = await context.newPage();
    await page.goto(side.url);
    await side.signIn(page);
    // A second visit asks for a token with the session that the first one left.
    const refresh = page.waitForResponse(
      answer => /\/api\/auth\/\w+\/refresh/.test(answer.url()) && answer.ok(),
    );
    await page.goto(catalogUrl(side));
    const { backstageIdentity } = await (await refresh).json();
    await firstRow(page).waitFor();
    return {
      state: await context.storageState(),
      token: backstageIdentity.token,
    };
  } finally {
    await context.close();
  }
}

/** A visit with a session but with an empty cache: until the first row of the catalog is there. */
export async function visitCatalog(
  browser: Browser,
  side: Side,
  session: SignedIn,
): Promise<Visit> {
  const context = await newContext(browser, session.state);
  try {
    return await measure(await context.newPage(), catalogUrl(side), {
      selector: 'a',
      text: rowText,
    });
  } finally {
    await context.close();
  }
}

/** The list of all components, whoever looks. */
function catalogUrl(side: Side): string {
  return `${side.url}${side.catalogPath}?filters%5Bkind%5D=component&filters%5Buser%5D=all`;
}

const rowText = '^Bench component \\d+$';

function firstRow(page: Page) {
  return page.getByText(new RegExp(rowText)).first();
}

async function newContext(
  browser: Browser,
  storageState?: SignedIn['state'],
): Promise<BrowserContext> {
  // A context has a cache of its own: the visit is a first one as far as files are concerned.
  const context = await browser.newContext({
    storageState,
    viewport: { width: 1280, height: 800 },
  });
  context.setDefaultTimeout(30_000);
  return context;
}

/**
 * Measures until an element that says something is to be seen.
 *
 * It is looked for at each frame: a locator that waits looks twice in a second once some time has passed, and half a second
 * would be the unit of all that is measured here.
 */
async function measure(
  page: Page,
  url: string,
  usable: { selector: string; text: string },
): Promise<Visit> {
  const network = await page.context().newCDPSession(page);
  const scripts = new Set<string>();
  let bytes = 0;
  network.on('Network.responseReceived', event => {
    if (event.type === 'Script') {
      scripts.add(event.requestId);
    }
  });
  network.on('Network.loadingFinished', event => {
    if (scripts.has(event.requestId)) {
      bytes += event.encodedDataLength;
    }
  });
  await network.send('Network.enable');

  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(
    ({ selector, text }) =>
      [...document.querySelectorAll(selector)].some(
        element =>
          new RegExp(text).test(element.textContent?.trim() ?? '') &&
          element.checkVisibility(),
      ),
    usable,
    { polling: 'raf' },
  );
  const seconds = (performance.now() - start) / 1000;
  // What the page still loads on its own belongs to the first visit too, though nobody waits for it.
  await page.waitForTimeout(2_000);
  return { seconds, scriptKiB: bytes / 1024 };
}
