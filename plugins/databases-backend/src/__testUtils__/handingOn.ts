import type { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from './startPlugin';
import { startTenants, type Tenants } from './startTenants';

export const ORDERS = 'group:default/team-orders';
export const PAYMENTS = 'group:default/team-payments';
export const PLATFORM = 'group:default/platform-team';
export const reason = 'Payments runs it from now on.';
export const toPayments = { owner: 'team-payments', reason };

/**
 * A portal with a server for tenants, on which databases of team-orders are handed on. One for all tests of the file.
 *
 * @returns what a test may look at and change, with ways to hand on and to see what came of it
 */
export function useHandingOn(databases: TestDatabases) {
  const scene = {
    knex: undefined as unknown as Knex,
    tenants: undefined as unknown as Tenants,
    plugin: undefined as unknown as Plugin,
    /** Called before the catalog says who is in which group. */
    beforeCatalog: async () => {},
  };

  beforeAll(async () => {
    [scene.knex, scene.tenants] = await Promise.all([
      databases.init('POSTGRES_18'),
      startTenants(),
    ]);
    scene.plugin = await startPlugin({
      knex: scene.knex,
      tenants: scene.tenants,
      onCatalogAsked: () => scene.beforeCatalog(),
    });
    // Sam is in both groups, tara in the old one only.
    scene.plugin.membership.set('user:default/sam', [ORDERS, PAYMENTS]);
    scene.plugin.membership.set('user:default/tara', [ORDERS]);
  });
  afterAll(async () => {
    await scene.plugin?.stop();
    await scene.tenants?.stop();
  });
  afterEach(() => {
    scene.beforeCatalog = async () => {};
  });

  return Object.assign(scene, {
    handOn: (
      id: string,
      person: 'sam' | 'ines' | 'nora' | 'stranger' = 'sam',
      body: object = toPayments,
      key?: string,
    ) => scene.plugin[person].post(`/databases/${id}/owner`, body, key),
    login: async (person: string, id: string) => {
      const { body } = await scene.plugin
        .as(person)
        .post(`/databases/${id}/personal-logins`)
        .expect(201);
      return {
        user: body.login.username,
        password: body.password,
        database: body.endpoint.database,
      };
    },
    /** The owner that the server remembers. */
    marked: async (id: string) => {
      const { rows } = await scene.tenants.admin.query(
        'SELECT owner FROM slipway.databases WHERE id = $1',
        [id],
      );
      return rows[0].owner;
    },
    /** All that the portal has stored about a database. */
    stored: async (id: string) => {
      const { knex } = scene;
      return {
        database: await knex('databases').where({ id }).first(),
        revisions: await knex('database_revisions').where({ database_id: id }),
        logins: await knex('personal_logins').where({ database_id: id }),
        events: await knex('operations_events').where({ resource_id: id }),
        operations: await knex('operations_operations').where({
          resource_id: id,
        }),
        keys: await knex('operations_idempotency').where(
          'scope',
          'like',
          `%${id}%`,
        ),
      };
    },
  });
}
