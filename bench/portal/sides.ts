import { bootstrapServer } from '@slipway/plugin-databases-backend-module-postgres/bootstrap';
import { stablePorts } from '../lib/ports.ts';
import { withClient } from '../../packages/local-stack/src/postgres/roles.ts';
import { ensureProductionBundle } from '../../scripts/production-bundle.mjs';
import { startIdentityProvider } from '../lib/identity.ts';
import { createPostgres } from '../lib/postgres.ts';
import { prepareTools } from '../lib/toolchain.ts';
import type { Person } from './catalogData.ts';
import type { Side } from './side.ts';
import { slipwaySide } from './slipwaySide.ts';
import { makeVanillaApp } from './vanilla.ts';
import { vanillaSide } from './vanillaSide.ts';

const person: Person = {
  name: 'bench.visitor',
  email: 'bench.visitor@example.com',
  group: 'bench-visitors',
};

/**
 * Builds both portals where needed, and starts what they need beside their own database: an identity provider, and a
 * server for tenants. Those run during the rounds of both sides.
 */
export async function prepareSides(options: {
  root: string;
  work: string;
  fresh: boolean;
}): Promise<{ sides: Side[]; person: Person; close(): Promise<void> }> {
  const { root, work, fresh } = options;
  const tools = await prepareTools();
  const bare = await makeVanillaApp({ root, tools, fresh });
  const ours = await ensureProductionBundle({ progress: tools.progress });

  const common = await createPostgres({ name: 'common', work });
  await common.start();
  try {
    const tenants = {
      ...common.connection,
      user: 'provisioner',
      password: 'only-in-this-run',
    };
    await withClient(common.connection, client =>
      bootstrapServer(client, {
        provisioner: tenants.user,
        password: tenants.password,
      }),
    );
    const [port, barePort, identityPort, metricsPort] = await stablePorts(4);
    const identity = await startIdentityProvider({
      port: identityPort,
      portalUrl: `http://localhost:${port}`,
      people: [
        {
          name: person.name,
          displayName: person.name,
          email: person.email,
          groups: [person.group],
          description: '',
        },
      ],
      connection: common.connection,
    });
    return {
      person,
      sides: [
        slipwaySide({
          bundle: ours,
          port,
          metricsPort,
          postgres: await createPostgres({ name: 'ours', work }),
          tenants,
          identity,
          person,
        }),
        vanillaSide({
          bundle: bare.bundle,
          port: barePort,
          postgres: await createPostgres({ name: 'bare', work }),
        }),
      ],
      close: async () => {
        await identity.close();
        await common.stop();
      },
    };
  } catch (error) {
    await common.stop();
    throw error;
  }
}
