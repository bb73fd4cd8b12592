import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import { startPlugin, type Plugin } from '../__testUtils__/startPlugin';
import { startTenants, type Tenants } from '../__testUtils__/startTenants';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('a database that takes all locks of its server', () => {
  let tenants: Tenants;
  let plugin: Plugin;

  beforeAll(async () => {
    tenants = await startTenants({
      max_locks_per_transaction: '64',
      max_connections: '60',
      reserved_connections: '8',
    });
    plugin = await startPlugin({
      knex: await databases.init('POSTGRES_18'),
      tenants,
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  it('is put before its owner, and suspended when it comes back', async () => {
    const id = await plugin.ready('greedy-db');
    await plugin.ready('neighbour-db');
    const { body: reveal } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { access: 'read-only' })
      .expect(201);
    const attack = async () => {
      const client = await tenants.connect({
        user: reveal.login.username,
        password: reveal.password,
        database: reveal.endpoint.database,
      });
      try {
        await client.query(
          'SELECT pg_advisory_lock(g) FROM generate_series(1, 1000000) g',
        );
      } catch {
        // The table is full, or the session was ended.
      }
      // Open until the platform ends it.
      await new Promise(resolve => client.once('end', resolve));
    };
    const events = async () =>
      (await plugin.sam.get(`/databases/${id}/events`)).body.items.filter(
        (each: { type: string }) => each.type === 'provider.incident',
      );

    await attack();
    await waitFor(async () => (await events()).length === 1);
    const [{ message }] = await events();
    expect(message).toMatch(
      /^A session of sam_\w+ held \d+ locks and was ended: all databases of the server share 3840\./,
    );
    await waitFor(() =>
      plugin.notifications.some(
        ({ recipients, payload }) =>
          'entityRef' in recipients &&
          recipients.entityRef === 'group:default/team-orders' &&
          payload.description === message &&
          payload.severity === 'high',
      ),
    );

    // As long as it is let in.
    const isLetIn = () =>
      attack().then(
        () => true,
        () => false,
      );
    while (await isLetIn()) {
      expect((await events()).length).toBeLessThan(10);
    }
    await plugin.until(`/databases/${id}`, 'suspended');
    const { body: database } = await plugin.sam.get(`/databases/${id}`);
    const { body: operation } = await plugin.sam.get(
      `/operations/${database.operationId}`,
    );
    expect(operation).toMatchObject({
      type: 'suspend',
      actor: 'plugin:databases',
    });
    // Whoever owns it decides when it comes back.
    const { body: resumed } = await plugin.sam
      .post(`/databases/${id}/resume`)
      .expect(202);
    await plugin.until(`/operations/${resumed.operation.id}`, 'succeeded');
  });
});
