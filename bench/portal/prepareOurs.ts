import { bootstrapServer } from '@slipway/plugin-databases-backend-module-postgres/bootstrap';
import { withClient } from '../../packages/local-stack/src/postgres/roles.ts';
import { ensureProductionBundle } from '../../scripts/production-bundle.mjs';
import { startIdentityProvider } from '../lib/identity.ts';
import { stablePorts } from '../lib/ports.ts';
import { createPostgres } from '../lib/postgres.ts';
import type { Tools } from '../lib/toolchain.ts';
import type { Person } from './catalogData.ts';
import type { Side } from './side.ts';
import { slipwaySide } from './slipwaySide.ts';

const person: Person = {
  name: 'bench.visitor',
  email: 'bench.visitor@example.com',
  group: 'bench-visitors',
};

/**
 * Builds our portal where needed, and starts what it needs beside its own database: an identity provider, and a server for
 * tenants.
 */
export async function prepareOurs(options: {
  work: string;
  tools: Tools;
}): Promise<{ side: Side; person: Person; close(): Promise<void> }> {
  const { work, tools } = options;
  const bundle = await ensureProductionBundle({ progress: tools.progress });
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
    const [port, identityPort, metricsPort] = await stablePorts(3);
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
      side: slipwaySide({
        bundle,
        port,
        metricsPort,
        postgres: await createPostgres({ name: 'ours', work }),
        tenants,
        identity,
        person,
      }),
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
