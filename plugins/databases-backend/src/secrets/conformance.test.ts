import { TestDatabases } from '@backstage/backend-test-utils';
import {
  FaultyLine,
  embeddedSecretStoreConformance,
} from '@slipway/plugin-databases-node/testUtils';
import createKnex, { type Knex } from 'knex';
import { initTables } from '../__testUtils__/initTables';
import { KeyRing } from './KeyRing';
import { SealedSecretStore } from './SealedSecretStore';

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

embeddedSecretStoreConformance('The sealed store', async () => {
  const knex = await initTables(databases);
  const connection = knex.client.config.connection;
  const line = await FaultyLine.start({
    host: connection.host,
    port: Number(connection.port),
  });
  const replicas: Knex[] = [];
  return {
    line,
    open() {
      const replica = createKnex({
        client: 'pg',
        connection: {
          ...connection,
          // Knex hides it from copies.
          password: connection.password,
          host: line.host,
          port: line.port,
        },
        // The next test may begin before this one's connections are idle for long.
        pool: {
          min: 0,
          max: 2,
          idleTimeoutMillis: 300,
          reapIntervalMillis: 100,
        },
      });
      replicas.push(replica);
      const keys = KeyRing.create([{ id: 'k', key: Buffer.alloc(32, 7) }]);
      return SealedSecretStore.create({ knex: replica, keys });
    },
    async inventory() {
      const rows = await knex('sealed_secrets').orderBy(['id', 'revision']);
      return rows.map(row =>
        [
          row.id,
          row.revision,
          row.key_id,
          row.sealed.toString('hex'),
          row.created_at.toISOString(),
        ].join(' '),
      );
    },
    async stop() {
      await Promise.all(replicas.map(replica => replica.destroy()));
      await line.close();
    },
  };
});
