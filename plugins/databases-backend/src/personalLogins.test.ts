import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import type { Knex } from 'knex';
import request from 'supertest';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('personal logins', () => {
  let knex: Knex;
  let tenants: Tenants;
  let plugin: Plugin;

  beforeAll(async () => {
    [knex, tenants] = await Promise.all([
      test.init('POSTGRES_18'),
      startTenants(),
    ]);
    plugin = await startPlugin({ knex, tenants });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  it('hands none to what acts on a person’s behalf', async () => {
    const id = await plugin.ready('agents-db');
    const agent = mockCredentials.user.token('user:default/sam', {
      actor: { subject: 'plugin:mcp-actions' },
    });
    const { body } = await request(plugin.server)
      .post(`/api/databases/databases/${id}/personal-logins`)
      .set('authorization', `Bearer ${agent}`)
      .send({})
      .expect(403);
    expect(body.error.message).toMatch(/^Only people get a login, /);
    const { body: list } = await plugin.sam.get(
      `/databases/${id}/personal-logins`,
    );
    expect(list.items).toEqual([]);
  });

  it('hands a person a login of their own, once', async () => {
    const id = await plugin.ready('people-db');
    const neighbour = await plugin.ready('neighbour-db');
    const { body: reveal, headers } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { hours: 2 })
      .expect(201);
    expect(headers['cache-control']).toBe('no-store');
    const login = {
      user: reveal.login.username,
      password: reveal.password,
      database: reveal.endpoint.database,
    };
    const client = await tenants.connect(login);
    await expect(client.query('CREATE TABLE t ()')).rejects.toThrow();
    const { rows } = await tenants.admin.query(
      `SELECT rolvaliduntil FROM pg_roles WHERE rolname = $1`,
      [login.user],
    );
    expect(rows[0].rolvaliduntil.toISOString()).toBe(reveal.login.expiresAt);

    const { body: neighbours } = await plugin.sam.get(
      `/databases/${neighbour}`,
    );
    await expect(
      tenants.connect({ ...login, database: neighbours.endpoint.database }),
    ).rejects.toThrow(/permission denied/);

    const { body: list } = await plugin.sam.get(
      `/databases/${id}/personal-logins`,
    );
    expect(list.items).toMatchObject([
      { user: 'user:default/sam', state: 'active' },
    ]);
    expect(JSON.stringify(list)).not.toContain(reveal.password);
    for (const table of [
      'personal_logins',
      'operations_events',
      'sealed_secrets',
    ]) {
      expect(JSON.stringify(await knex(table))).not.toContain(reveal.password);
    }

    await plugin.ines
      .delete(`/databases/${id}/personal-logins/${reveal.login.id}`)
      .expect(403);
    await plugin.sam
      .delete(`/databases/${id}/personal-logins/${reveal.login.id}`)
      .expect(204);
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(tenants.connect(login)).rejects.toThrow(/authentication/);
  });

  it('lets a person make tables where that is allowed, and nowhere else', async () => {
    const id = await plugin.ready('tables-db');
    const { body: reveal } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { access: 'schema' })
      .expect(201);
    expect(reveal.login.access).toBe('schema');
    const client = await tenants.connect({
      user: reveal.login.username,
      password: reveal.password,
      database: reveal.endpoint.database,
    });
    await client.query('CREATE TABLE tents ()');
    const { rows } = await client.query(
      `SELECT tableowner FROM pg_tables WHERE tablename = 'tents'`,
    );
    expect(rows[0].tableowner).toMatch(/_owner$/);

    const staging = await plugin.ready('tables-db', { environment: 'staging' });
    const { body } = await plugin.sam
      .post(`/databases/${staging}/personal-logins`, { access: 'schema' })
      .expect(400);
    expect(body.error.message).toMatch(
      /^access is schema, which is not given in staging\. Choose read-only or read-write/,
    );
    const { body: options } = await plugin.sam.get('/options');
    expect(options.personalLogins.schemaAccessIn).toEqual(['development']);
  });

  it('ends a login, and who uses it, when its time is over', async () => {
    const id = await plugin.ready('hours-db');
    const { body: reveal } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { hours: 1 })
      .expect(201);
    const login = {
      user: reveal.login.username,
      password: reveal.password,
      database: reveal.endpoint.database,
    };
    const client = await tenants.connect(login);
    client.on('error', () => {});
    await knex('personal_logins')
      .where({ id: reveal.login.id })
      .update({ expires_at: knex.raw(`now() - interval '1 second'`) });
    await plugin.scheduler.triggerTask('databases-revoke-personal-logins');
    await waitFor(async () => {
      const { body } = await plugin.sam.get(`/databases/${id}/personal-logins`);
      return body.items[0].state === 'expired';
    });
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(tenants.connect(login)).rejects.toThrow(/authentication/);
  });

  it('asks the catalog for membership at each login', async () => {
    const id = await plugin.ready('leaver-db');
    // The token still says so; the catalog does not any more.
    plugin.membership.set('user:default/sam', ['group:default/team-orders']);
    const groups = plugin.membership.get('user:default/sam') ?? [];
    plugin.membership.delete('user:default/sam');
    try {
      await plugin.sam.post(`/databases/${id}/personal-logins`).expect(403);
    } finally {
      plugin.membership.set('user:default/sam', groups);
    }
    for (const hours of [25, 721]) {
      const { body } = await plugin.sam
        .post(`/databases/${id}/personal-logins`, { hours })
        .expect(400);
      expect(body.error.message).toBe(
        `hours is ${hours}. Give at most 24 hours.`,
      );
    }
  });

  it('shows who holds one to those who may hand them out, and to others their own', async () => {
    const id = await plugin.ready('seen-db');
    const { body: reveal } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { hours: 1 })
      .expect(201);
    const at = `/databases/${id}/personal-logins`;
    const { user } = reveal.login;
    for (const sees of [plugin.sam, plugin.nora]) {
      const { body } = await sees.get(at).expect(200);
      expect(body.items).toMatchObject([{ user }]);
      const { body: timeline } = await sees.get(`/databases/${id}/events`);
      expect(JSON.stringify(timeline)).toContain('personal-login.created');
    }
    const { body } = await plugin.ines.get(at).expect(200);
    expect(body.items).toEqual([]);
    const { body: timeline } = await plugin.ines
      .get(`/databases/${id}/events`)
      .expect(200);
    expect(timeline.items.length).toBeGreaterThan(5);
    expect(JSON.stringify(timeline)).not.toContain('personal-login');

    // Who has left the team still sees what they hold, and can give it back.
    const groups = plugin.membership.get(user) ?? [];
    plugin.membership.set(user, []);
    try {
      const { body: own } = await plugin.sam.get(at).expect(200);
      expect(own.items).toMatchObject([{ id: reveal.login.id, user }]);
      await plugin.sam.delete(`${at}/${reveal.login.id}`).expect(204);
    } finally {
      plugin.membership.set(user, groups);
    }
    await request(plugin.server)
      .get(`/api/databases${at}`)
      .set('authorization', mockCredentials.service.header())
      .expect(403);
  });
});
