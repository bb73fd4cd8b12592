import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from '../__testUtils__/startPlugin';
import { startTenants, type Tenants } from '../__testUtils__/startTenants';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('a database that takes all locks of its server', () => {
  let knex: Knex;
  let tenants: Tenants;
  let plugin: Plugin;

  beforeAll(async () => {
    tenants = await startTenants({
      max_locks_per_transaction: '64',
      max_connections: '60',
      reserved_connections: '8',
    });
    knex = await databases.init('POSTGRES_18');
    plugin = await startPlugin({ knex, tenants });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  /** Fills the table as somebody, and waits until the platform has ended the session. */
  const attack = async (login: {
    user: string;
    password: string;
    database: string;
  }) => {
    const client = await tenants.connect(login);
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
  /** As long as somebody is let in. */
  const attackUntilShutOut = async (login: Parameters<typeof attack>[0]) => {
    const started = Date.now();
    for (;;) {
      expect(Date.now() - started).toBeLessThan(60_000);
      try {
        await attack(login);
      } catch {
        return;
      }
    }
  };
  const incidentsOf = async (id: string) =>
    (await plugin.sam.get(`/databases/${id}/events`)).body.items.filter(
      (each: { type: string }) => each.type === 'provider.incident',
    );
  const isTold = (to: string | string[], message: string) =>
    waitFor(() =>
      plugin.notifications.some(
        ({ recipients, payload }) =>
          'entityRef' in recipients &&
          JSON.stringify(recipients.entityRef) === JSON.stringify(to) &&
          payload.description === message &&
          payload.severity === 'high',
      ),
    );

  it('by a person loses that person’s login, and works on', async () => {
    const id = await plugin.ready('shared-db');
    const { body: reveal } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { access: 'read-only' })
      .expect(201);
    const login = {
      user: reveal.login.username,
      password: reveal.password,
      database: reveal.endpoint.database,
    };
    await attack(login);
    await waitFor(async () => (await incidentsOf(id)).length === 1);
    const told = ['group:default/team-orders', 'user:default/sam'];
    const [{ message }] = await incidentsOf(id);
    expect(message).toMatch(
      /^A session of sam_\w+ held \d+ locks and was ended: all databases of the server share 3840\./,
    );
    await isTold(told, message);

    await attackUntilShutOut(login);
    await waitFor(async () => {
      const { body } = await plugin.sam.get(`/databases/${id}/personal-logins`);
      return body.items[0].state === 'revoked';
    });
    const last = (await incidentsOf(id)).at(-1);
    expect(last.message).toMatch(
      /The login of user:default\/sam is taken away\.$/,
    );
    await isTold(told, last.message);
    const { body: database } = await plugin.sam.get(`/databases/${id}`);
    expect(database.state).toBe('ready');
    // Whoever may have one gets another.
    await plugin.sam
      .post(`/databases/${id}/personal-logins`, { access: 'read-only' })
      .expect(201);
  });

  it('is put before its owner, and suspended when it comes back', async () => {
    const id = await plugin.ready('greedy-db');
    const { external_name: database, workload_slot: slot } = await knex(
      'databases',
    )
      .where({ id })
      .first();
    // The application's password is shown to nobody: the test sets one that it knows.
    const login = {
      user: `${database}_${slot}`,
      password: 'of-the-test',
      database,
    };
    await tenants.admin.query(
      `ALTER ROLE "${login.user}" PASSWORD 'of-the-test'`,
    );
    await attack(login);
    await waitFor(async () => (await incidentsOf(id)).length === 1);
    const [{ message }] = await incidentsOf(id);
    expect(message).toMatch(
      /^A session of greedy_db_\w+ held \d+ locks and was ended/,
    );
    await isTold('group:default/team-orders', message);

    await attackUntilShutOut(login);
    await plugin.until(`/databases/${id}`, 'suspended');
    const { body: suspended } = await plugin.sam.get(`/databases/${id}`);
    const { body: operation } = await plugin.sam.get(
      `/operations/${suspended.operationId}`,
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
