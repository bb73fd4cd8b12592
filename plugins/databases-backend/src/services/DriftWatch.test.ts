import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import { RetryableError, type DurableOperations } from '@slipway/operations';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from '../__testUtils__/startPlugin';
import { startTenants, type Tenants } from '../__testUtils__/startTenants';
import { DriftWatch } from './DriftWatch';
import type { Providers } from './Providers';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('what somebody has changed on the server', () => {
  let tenants: Tenants;
  let plugin: Plugin;
  let knex: Knex;

  beforeAll(async () => {
    tenants = await startTenants();
    knex = await databases.init('POSTGRES_18');
    // What is locked is waited for three times before it is given up.
    plugin = await startPlugin({ knex, tenants, lockMs: 1_500 });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const look = () => plugin.scheduler.triggerTask('databases-look-for-drift');
  const messages = async (id: string): Promise<string[]> =>
    (await plugin.sam.get(`/databases/${id}/events`)).body.items.map(
      (each: { message: string }) => each.message,
    );
  const outsideOf = async (id: string): Promise<string> =>
    (await knex('databases').where({ id }).first()).external_name;

  /** As a build of the tenant's may clean up, in a session of the application. */
  async function dropOwned(id: string) {
    const external = await outsideOf(id);
    // The application's password is shown to nobody; a login with schema access works as the same role.
    const { body } = await plugin.sam
      .post(`/databases/${id}/personal-logins`, { access: 'schema' })
      .expect(201);
    const client = await tenants.connect({
      user: body.login.username,
      password: body.password,
      database: external,
    });
    try {
      await client.query('DROP OWNED BY CURRENT_USER');
    } finally {
      await client.end();
    }
  }
  /** What has to be put back is locked by somebody whose sessions are not ended. */
  async function holdAsAdministrator(id: string) {
    const database = await outsideOf(id);
    const client = await tenants.connect({
      user: 'postgres',
      password: tenants.adminPassword,
      database,
    });
    await client.query(
      `CREATE SCHEMA kept AUTHORIZATION "${database}_owner"; CREATE TABLE kept.boats ();
       ALTER TABLE kept.boats OWNER TO "${database}_owner"`,
    );
    await client.query('BEGIN');
    await client.query('LOCK TABLE kept.boats IN ACCESS EXCLUSIVE MODE');
    return client;
  }
  const mended =
    /^Put back: default privileges \(should be: rights of people’s logins .* for \w+_ro; none, or not all, for \w+_rw\)/;

  it('is shown, told to the owner and put back', async () => {
    const id = await plugin.ready('drift-db');
    const calm = await plugin.ready('calm-db');
    await dropOwned(id);
    await look();
    const { body: seen } = await plugin.sam.get(`/databases/${id}`);
    expect(seen.conditions).toEqual([
      {
        type: 'drifted',
        message: expect.stringMatching(
          /^On the server this was changed, and the platform puts it back: default privileges/,
        ),
        since: expect.any(String),
      },
    ]);
    const { operationId } = seen;
    await plugin.until(`/operations/${operationId}`, 'succeeded');
    const { body: operation } = await plugin.sam.get(
      `/operations/${operationId}`,
    );
    expect(operation).toMatchObject({
      type: 'mend',
      actor: 'plugin:databases',
    });
    expect(await messages(id)).toContainEqual(expect.stringMatching(mended));
    await waitFor(() =>
      plugin.notifications.some(
        ({ recipients, payload }) =>
          'entityRef' in recipients &&
          recipients.entityRef === 'group:default/team-orders' &&
          payload.title.startsWith('drift-db') &&
          payload.description === seen.conditions[0].message,
      ),
    );

    await look();
    const { body: after } = await plugin.sam.get(`/databases/${id}`);
    expect([after.state, after.conditions]).toEqual(['ready', []]);
    expect(await messages(id)).toContain(
      'On the server everything is as it should be again',
    );
    // Who has nothing to be put back notices nothing.
    const { body: other } = await plugin.sam.get(`/databases/${calm}`);
    const { body: last } = await plugin.sam.get(
      `/operations/${other.operationId}`,
    );
    expect([other.conditions, last.type]).toEqual([[], 'create']);
  });

  it('is put back with a change of the login', async () => {
    const id = await plugin.ready('turn-db');
    await dropOwned(id);
    const { body } = await plugin.sam
      .post(`/databases/${id}/rotate`)
      .expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await messages(id)).toContainEqual(expect.stringMatching(mended));
  });

  it('is given up soon where it cannot be put back, and can be called off, so that the database can be suspended', async () => {
    const id = await plugin.ready('stuck-db');
    await dropOwned(id);
    const held = await holdAsAdministrator(id);
    const mending = async () => {
      await look();
      const { body } = await plugin.sam.get(`/databases/${id}`);
      return `/operations/${body.operationId}`;
    };
    const first = await mending();
    await plugin.until(first, 'waiting');
    await plugin.sam.post(`/databases/${id}/cancel`).expect(202);
    await plugin.until(first, 'cancelled');

    const second = await mending();
    expect(await plugin.until(second, 'failed')).toMatchObject({
      type: 'mend',
    });
    const { body } = await plugin.sam
      .post(`/databases/${id}/suspend`)
      .expect(202);
    await held.end();
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
  });

  it('fails no change of the login where it cannot be put back', async () => {
    const id = await plugin.ready('held-db');
    await dropOwned(id);
    const held = await holdAsAdministrator(id);
    try {
      const { body } = await plugin.sam
        .post(`/databases/${id}/rotate`)
        .expect(202);
      await plugin.until(
        `/operations/${body.operation.id}`,
        'succeeded',
        120_000,
      );
    } finally {
      await held.end();
    }
    expect(await messages(id)).toContainEqual(
      expect.stringMatching(/^What was changed on the server is not put back/),
    );
  });

  it('is only told where its owner has to mend it', async () => {
    const id = await plugin.ready('fat-db');
    // As if less had been ordered: an empty database takes 7 MB.
    await knex.raw(
      `INSERT INTO database_revisions (database_id, revision, spec, owner, created_by, created_at)
        SELECT database_id, 2, jsonb_set(spec, '{limits,storageGiB}', '0.001'), owner, created_by, now()
          FROM database_revisions WHERE database_id = ?`,
      [id],
    );
    await knex('databases').where({ id }).update({ revision: 2 });
    await look();
    const { body } = await plugin.sam.get(`/databases/${id}`);
    expect(body.conditions).toMatchObject([
      {
        message: expect.stringMatching(
          /^This is not as ordered, and only you can mend it: storage/,
        ),
      },
    ]);
    const { body: last } = await plugin.sam.get(
      `/operations/${body.operationId}`,
    );
    expect(last.type).toBe('create');
  });

  it.each([
    ['one that answers too slowly', false],
    ['a server that cannot be reached', true],
  ])(
    'is looked at elsewhere after %s, unless nothing can be asked (%s)',
    async (_, nothingSent) => {
      const name = nothingSent ? 'away' : 'slow';
      const ids = [
        await plugin.ready(`${name}-a-db`),
        await plugin.ready(`${name}-b-db`),
      ];
      const asked: string[] = [];
      const observe = async ({ id }: { id: string }) => {
        asked.push(id);
        throw new RetryableError('It is too slow', { nothingSent });
      };
      await DriftWatch.create({
        knex,
        operations: {} as DurableOperations,
        providers: { get: () => ({ observe }) } as unknown as Providers,
        logger: mockServices.logger.mock(),
      }).look();
      expect({
        all: ids.every(id => asked.includes(id)),
        one: asked.length === 1,
      }).toEqual({ all: !nothingSent, one: nothingSent });
    },
  );
});
