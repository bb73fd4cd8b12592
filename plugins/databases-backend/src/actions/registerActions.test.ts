import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { actionsRegistryServiceMock } from '@backstage/backend-test-utils/alpha';
import { ChangeLimit } from '@slipway/backend-utils';
import { parseInput } from '@slipway/input';
import { databaseRequestSchema } from '@slipway/plugin-databases-common';
import type { ChangesService } from '../services/ChangesService';
import type { DatabasesService } from '../services/DatabasesService';
import type { OrdersService } from '../services/OrdersService';
import { registerActions } from './registerActions';

describe('actions', () => {
  const order = jest.fn(async () => ({
    accepted: { database: {}, operation: {} },
    orderedAs: 'member',
  }));
  const parse = (value: unknown) => parseInput(databaseRequestSchema, value);
  const list = jest.fn(async () => ({ items: [], totalItems: 0 }));
  const getByName = jest.fn(async () => ({ id: 'some-id' }));
  const assertMay = jest.fn(async () => ({}));
  const change = jest.fn(async () => ({
    database: { id: 'some-id' },
    operation: { id: 'one', type: 'extend' },
  }));
  const registry = actionsRegistryServiceMock();
  const recorded: unknown[] = [];
  registerActions({
    actionsRegistry: registry,
    auditor: mockServices.auditor.mock({
      createEvent: async ({ meta }) => {
        recorded.push(meta);
        return {
          success: async () => undefined,
          fail: async () => undefined,
        };
      },
    }),
    auth: mockServices.auth(),
    changeLimit: ChangeLimit.create(),
    changes: { assertMay, change } as unknown as ChangesService,
    databases: { list, getByName } as unknown as DatabasesService,
    orders: { order, parse } as unknown as OrdersService,
  });
  const input = {
    idempotencyKey: 'k',
    name: 'orders-db',
    engine: 'postgres',
    size: 'small',
    environment: 'development',
    owner: 'team-orders',
  };

  beforeEach(() => jest.clearAllMocks());

  it('look without changing anything, and order in a way that may be repeated', async () => {
    const { actions } = await registry.list();
    expect(actions.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'list-databases',
        { readOnly: true, destructive: false, idempotent: true },
      ],
      [
        'get-database',
        { readOnly: true, destructive: false, idempotent: true },
      ],
      [
        'order-database',
        { readOnly: false, destructive: false, idempotent: true },
      ],
      [
        'extend-database',
        { readOnly: false, destructive: false, idempotent: true },
      ],
    ]);
  });

  it('order as the person, with the same checks as the browser', async () => {
    const credentials = mockCredentials.user('user:default/sam');
    await registry.invoke({ id: 'test:order-database', input, credentials });
    expect(order).toHaveBeenCalledWith(
      expect.objectContaining({ owner: 'group:default/team-orders' }),
      { idempotencyKey: 'k', credentials, source: 'mcp' },
    );
    await expect(
      registry.invoke({
        id: 'test:order-database',
        input: { ...input, name: 'Bad Name' },
        credentials,
      }),
    ).rejects.toThrow(/name contains/);
  });

  it('extend as the person, who may change it, and until a time', async () => {
    const credentials = mockCredentials.user('user:default/sam');
    const ask = (expiresAt: string) =>
      registry.invoke({
        id: 'test:extend-database',
        input: {
          idempotencyKey: 'k',
          environment: 'development',
          name: 'orders-db',
          expiresAt,
        },
        credentials,
      });
    await ask('2027-01-31');
    expect(assertMay).toHaveBeenCalledWith('some-id', 'extend', credentials);
    expect(change).toHaveBeenCalledWith(
      'some-id',
      { type: 'extend', expiresAt: '2027-01-31T23:59:59.000Z' },
      { idempotencyKey: 'k', credentials, source: 'mcp' },
    );
    await expect(ask('soon')).rejects.toThrow(/expiresAt is no time/);
  });

  it('leave on record for whom, and who acts for them', async () => {
    await registry.invoke({
      id: 'test:order-database',
      input,
      credentials: mockCredentials.user('user:default/sam', {
        actor: { subject: 'plugin:mcp-actions' },
      }),
    });
    expect(recorded.at(-1)).toMatchObject({
      through: 'action',
      person: 'user:default/sam',
      agent: 'plugin:mcp-actions',
    });
  });

  it('do not order for a service', async () => {
    await expect(
      registry.invoke({
        id: 'test:order-database',
        input,
        credentials: mockCredentials.service(),
      }),
    ).rejects.toThrow('Only people order databases');
  });

  it.each([
    ['list-databases', {}, ['search', 'environment', 'owner']],
    [
      'get-database',
      { environment: 'development', name: 'orders-db' },
      ['environment', 'name'],
    ],
    [
      'order-database',
      input,
      [...Object.keys(input), 'version', 'description'],
    ],
  ])(
    '%s refuses text that cannot be stored in any of its fields',
    async (action, fine, fields) => {
      for (const field of fields) {
        for (const text of ['a\u0000b', 'half \ud800']) {
          await expect(
            registry.invoke({
              id: `test:${action}`,
              input: { ...fine, [field]: text },
              credentials: mockCredentials.user(),
            }),
          ).rejects.toMatchObject({
            name: 'InputError',
            message: expect.stringMatching(
              new RegExp(`^input\\.${field} holds a character`),
            ),
          });
        }
      }
      for (const called of [list, getByName, order]) {
        expect(called).not.toHaveBeenCalled();
      }
    },
  );

  it('order no more in a minute than the browser may', async () => {
    const credentials = mockCredentials.user('user:default/hasty');
    const id = 'test:order-database';
    for (let n = 0; n < 60; n += 1) {
      await registry.invoke({ id, input, credentials });
    }
    await expect(registry.invoke({ id, input, credentials })).rejects.toThrow(
      /More than 60 changes in a minute/,
    );
    await registry.invoke({
      id,
      input,
      credentials: mockCredentials.user('user:default/calm'),
    });
    expect(order).toHaveBeenCalledTimes(61);
  });
});
