import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser } from '../lib/browser.ts';
import { measureLatencies } from '../lib/load.ts';
import { stopServers } from '../lib/process.ts';
import {
  compare,
  compareToLimit,
  quantile,
  type Result,
} from '../lib/report.ts';
import { prepareTools } from '../lib/toolchain.ts';
import { writeCatalog, type Person } from '../portal/catalogData.ts';
import { startSide } from '../portal/config.ts';
import { signIn } from '../portal/firstVisit.ts';
import { prepare } from '../portal/prepare.ts';
import { prepareOurs } from '../portal/prepareOurs.ts';
import { requestKinds } from '../portal/requests.ts';
import type { Side } from '../portal/side.ts';
import type { Context } from '../run.ts';
import { components as corpus, policyFiles } from './corpus.ts';
import { readAll, Sweeps } from './Sweeps.ts';

const POLICIES = 20;
/** Less than a portal with so many entities can answer on a busy core: what is measured is waiting for the sweep, not for each other. */
const PAGES_PER_SECOND = 10;
/** Pages may take so much longer while a sweep runs. */
const NOTICEABLE = 0.2;
const SWEEP_LIMIT_SECONDS = 60;

/** A portal that sweeps its catalog, beside itself when it does not. */
export async function measurePortal({
  options,
  log,
  interrupted,
}: Context): Promise<Result[]> {
  const work = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  // Postgres runs as a user of its own when we are root, and has to get in.
  await chmod(work, 0o755);
  const components = options.components ?? 10_000;
  const prepared = await prepareOurs({ work, tools: await prepareTools() });
  const measure = async () => {
    const side = await withPolicies(prepared, work);
    const locations = await writeCatalog(
      join(work, 'catalog'),
      components,
      prepared.person,
    );
    log(`Reading ${components} components`);
    await mkdir(join(work, side.name), { recursive: true });
    await prepare({ side, work, locations, components });
    return takeTurns({
      side,
      work,
      locations,
      components,
      rounds: options.rounds ?? 5,
      seconds: options.seconds ?? 8,
      log,
    });
  };
  try {
    return await Promise.race([measure(), interrupted]);
  } finally {
    await stopServers();
    await prepared.side.postgres.stop();
    await prepared.close();
    if (options.keep) {
      log(`Logs and data are kept in ${work}`);
    } else {
      await rm(work, { recursive: true, force: true });
    }
  }
}

/** With policies about the catalog, and whoever signs in as an administrator, who starts sweeps. */
async function withPolicies(
  { side, person }: { side: Side; person: Person },
  work: string,
): Promise<Side> {
  const folder = join(work, 'policies');
  await mkdir(folder);
  for (const { file, text } of policyFiles(corpus, POLICIES)) {
    await writeFile(join(folder, file), text);
  }
  return {
    ...side,
    env: {
      ...side.env,
      SLIPWAY_ADMINISTRATORS: `group:default/${person.group}`,
    },
    config: {
      ...side.config,
      policies: { locations: [{ type: 'file', target: folder }] },
    },
  };
}

/** Pages with a sweep and without, in turns; and the sweep beside reading the same entities over HTTP. */
async function takeTurns(options: {
  side: Side;
  work: string;
  locations: object[];
  components: number;
  rounds: number;
  seconds: number;
  log: (line: string) => void;
}): Promise<Result[]> {
  const { side, components, rounds, seconds, log } = options;
  const server = await startSide({ ...options, phase: 'measure' });
  try {
    const [kind] = requestKinds(components);
    const token = await signInOnce(side);
    const sweeps = Sweeps.create(side.url, token);
    // The first one stores what all others find again.
    log(`First sweep: ${await sweeps.run(components)} s`);
    const pages = (until: Promise<void>) =>
      measureLatencies(n => `${side.url}${kind.path(n)}`, {
        perSecond: PAGES_PER_SECOND,
        headers: { authorization: `Bearer ${token}` },
        until,
      });
    await pages(sleep(5_000));
    const swept: number[] = [];
    const read: number[] = [];
    const during: number[] = [];
    const without: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      log(`Round ${round + 1} of ${rounds}`);
      without.push(quantile(await pages(sleep(seconds * 1000)), 0.95));
      const sweep = sweeps.run(components);
      during.push(quantile(await pages(sweep.then(() => {})), 0.95));
      swept.push(await sweep);
      read.push(await readAll(side.url, token));
    }
    return [
      compareToLimit(
        {
          measure: `sweep of a portal, ${components} entities x ${POLICIES} policies`,
          unit: 's',
          ours: swept,
          bare: read,
        },
        SWEEP_LIMIT_SECONDS,
      ),
      compare(
        {
          measure: 'catalog page of 20 while it sweeps, p95',
          unit: 'ms',
          better: 'lower',
          ours: during,
          bare: without,
        },
        NOTICEABLE,
      ),
    ];
  } finally {
    await server.stop();
  }
}

async function signInOnce(side: Side): Promise<string> {
  const browser = await openBrowser();
  try {
    return (await signIn(browser, side)).token;
  } finally {
    await browser.close();
  }
}
