import { createPostgres, freePort } from '../lib/postgres.ts';
import { prepareTools } from '../lib/toolchain.ts';
import type { Person } from './catalogData.ts';
import type { Side } from './side.ts';
import { makeVanillaApp } from './vanilla.ts';
import { vanillaSide } from './vanillaSide.ts';

export async function startSides(options: {
  root: string;
  work: string;
  fresh: boolean;
}): Promise<{ sides: Side[]; person: Person; close(): Promise<void> }> {
  const { root, work, fresh } = options;
  const tools = await prepareTools();
  const { bundle } = await makeVanillaApp({ root, tools, fresh });
  const postgres = await createPostgres({ name: 'bare', work });
  return {
    sides: [
      vanillaSide({ bundle, port: await freePort(), postgres }),
      {
        ...vanillaSide({
          bundle,
          port: await freePort(),
          postgres: await createPostgres({ name: 'ours', work }),
        }),
        name: 'ours',
      },
    ],
    person: { name: 'x', email: 'x@example.com', group: 'x' },
    close: () => postgres.stop(),
  };
}
