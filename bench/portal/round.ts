import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser } from '../lib/browser.ts';
import type { Measurement } from '../lib/report.ts';
import { startSide } from './config.ts';
import { signIn, visitCatalog, visitSignInPage } from './firstVisit.ts';
import { measureKind, type RequestKind } from './requests.ts';
import type { Side } from './side.ts';

/** What one round found out about one side. */
export type RoundResult = Pick<Measurement, 'measure' | 'unit' | 'better'> & {
  values: number[];
};

/** First visits in each round; a page load varies more than anything else here. */
const visits = 3;

/** Starts one side alone on the machine, measures everything once, and stops it. */
export async function runRound(options: {
  side: Side;
  work: string;
  locations: object[];
  kinds: RequestKind[];
  seconds: number;
}): Promise<RoundResult[]> {
  const { side, kinds, seconds } = options;
  const server = await startSide({ ...options, phase: 'measure' });
  try {
    // Long enough for what plugins do after they have said that they are ready.
    await sleep(8_000);
    const results = [
      lower('start to ready', 's', [server.secondsToReady]),
      lower('memory after start', 'MiB', [await server.residentMiB()]),
    ];
    const { token, pages } = await visitSide(side);
    results.push(...pages);
    for (const kind of kinds) {
      results.push({
        measure: kind.measure,
        unit: 'requests/s',
        better: 'higher',
        values: [await measureKind(kind, side.url, token, seconds)],
      });
    }
    results.push(
      lower('memory after load', 'MiB', [await server.residentMiB()]),
    );
    return results;
  } finally {
    await server.stop();
  }
}

async function visitSide(side: Side) {
  const browser = await openBrowser();
  try {
    // The first one also warms up the server, on both sides.
    const session = await signIn(browser, side);
    const signInPages = [];
    const catalogPages = [];
    for (let n = 0; n < visits; n += 1) {
      signInPages.push(await visitSignInPage(browser, side));
      catalogPages.push(await visitCatalog(browser, side, session));
    }
    return {
      token: session.token,
      pages: [
        lower(
          'first visit until the sign-in page',
          's',
          signInPages.map(visit => visit.seconds),
        ),
        lower(
          'first visit until the catalog rows',
          's',
          catalogPages.map(visit => visit.seconds),
        ),
        lower(
          'JavaScript of the sign-in page',
          'KiB',
          signInPages.map(visit => visit.scriptKiB),
        ),
        lower(
          'JavaScript of the catalog page',
          'KiB',
          catalogPages.map(visit => visit.scriptKiB),
        ),
      ],
    };
  } finally {
    await browser.close();
  }
}

function lower(measure: string, unit: string, values: number[]): RoundResult {
  return { measure, unit, better: 'lower', values };
}
