import { stablePorts } from '../lib/ports.ts';
import { createPostgres } from '../lib/postgres.ts';
import { prepareTools } from '../lib/toolchain.ts';
import type { Person } from './catalogData.ts';
import { prepareOurs } from './prepareOurs.ts';
import type { Side } from './side.ts';
import { makeVanillaApp } from './vanilla.ts';
import { vanillaSide } from './vanillaSide.ts';

/** Builds both portals where needed. What ours needs beside its database runs during the rounds of both sides. */
export async function prepareSides(options: {
  root: string;
  work: string;
  fresh: boolean;
}): Promise<{ sides: Side[]; person: Person; close(): Promise<void> }> {
  const { root, work, fresh } = options;
  const tools = await prepareTools();
  const bare = await makeVanillaApp({ root, tools, fresh });
  const ours = await prepareOurs({ work, tools });
  const [port] = await stablePorts(1);
  return {
    person: ours.person,
    sides: [
      ours.side,
      vanillaSide({
        bundle: bare.bundle,
        port,
        postgres: await createPostgres({ name: 'bare', work }),
      }),
    ],
    close: ours.close,
  };
}
