import { setTimeout as sleep } from 'node:timers/promises';
import { benchToken, startSide } from './config.ts';
import type { Side } from './side.ts';

/** Fills a side's databases: migrations, the whole catalog, the search index. Nothing of it is measured. */
export async function prepare(options: {
  side: Side;
  work: string;
  locations: object[];
  components: number;
}): Promise<void> {
  const { side, components } = options;
  const server = await startSide({ ...options, phase: 'prepare' });
  try {
    await until(`${side.name} has read the catalog`, async () => {
      const { totalItems } = await get(
        side,
        '/api/catalog/entities/by-query?limit=0&filter=kind%3Dcomponent',
      );
      return totalItems === components;
    });
    await until(`${side.name} has built its search index`, async () => {
      const { numberOfResults } = await get(
        side,
        '/api/search/query?term=&types[0]=software-catalog&filters[kind]=Component&pageLimit=1',
      );
      return numberOfResults === components;
    });
  } finally {
    await server.stop();
  }
  // Tasks that are due once more because of the quick pace above run now, not in the first round.
  const calm = await startSide({ ...options, phase: 'measure' });
  await sleep(25_000);
  await calm.stop();
}

async function get(side: Side, path: string) {
  const answer = await fetch(`${side.url}${path}`, {
    headers: { authorization: `Bearer ${benchToken}` },
  });
  if (!answer.ok) {
    throw new Error(
      `${side.name}: ${answer.status} from ${path}: ${await answer.text()}`,
    );
  }
  return answer.json();
}

async function until(what: string, reached: () => Promise<boolean>) {
  const deadline = Date.now() + 20 * 60_000;
  while (!(await reached())) {
    if (Date.now() > deadline) {
      throw new Error(`Gave up after 20 minutes: ${what}`);
    }
    await sleep(1_000);
  }
}
