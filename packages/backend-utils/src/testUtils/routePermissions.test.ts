import { findUnasked, routesOf } from './routePermissions';

const spec = {
  paths: {
    '/ships': {
      get: { operationId: 'ListShips', 'x-permission': 'ships.ship.read' },
      post: {
        operationId: 'BuildShip',
        'x-permission': ['ships.ship.create', 'ships.yard.use'],
      },
    },
  },
};

describe('routes of a contract', () => {
  it('name what they ask', () => {
    expect(routesOf(spec)).toEqual([
      {
        operationId: 'ListShips',
        method: 'get',
        path: '/ships',
        permissions: ['ships.ship.read'],
      },
      {
        operationId: 'BuildShip',
        method: 'post',
        path: '/ships',
        permissions: ['ships.ship.create', 'ships.yard.use'],
      },
    ]);
  });

  it('cannot be silent about it', () => {
    expect(() =>
      routesOf({ paths: { '/ships': { delete: { operationId: 'Sink' } } } }),
    ).toThrow('No x-permission at DELETE /ships.');
  });

  const answers = (
    refuses: Record<string, number>,
    otherwise: number,
    known = ['ships.ship.read', 'ships.ship.create', 'ships.yard.use'],
  ) => {
    let withheld: string | undefined;
    return findUnasked({
      routes: routesOf(spec),
      known: known.map(name => ({ name })),
      withhold: permission => {
        withheld = permission;
      },
      call: async () => (withheld && refuses[withheld]) || otherwise,
    });
  };

  it('are well when each refuses what it is said to', async () => {
    expect(
      await answers(
        {
          'ships.ship.read': 404,
          'ships.ship.create': 403,
          'ships.yard.use': 403,
        },
        409,
      ),
    ).toEqual([]);
  });

  it('are found when one does not ask, or refuses all the same', async () => {
    expect(
      await answers({ 'ships.ship.read': 403, 'ships.ship.create': 403 }, 202),
    ).toEqual(['POST /ships answers 202 without ships.yard.use']);
    expect(
      await answers(
        {
          'ships.ship.read': 403,
          'ships.ship.create': 403,
          'ships.yard.use': 403,
        },
        403,
      ),
    ).toEqual([
      'GET /ships answers 403 with all permissions',
      'POST /ships answers 403 with all permissions',
    ]);
  });

  it('are found when they ask what the plugin does not tell of', async () => {
    const refuses = {
      'ships.ship.read': 403,
      'ships.ship.create': 403,
      'ships.yard.use': 403,
    };
    expect(
      await answers(refuses, 200, ['ships.ship.read', 'ships.ship.create']),
    ).toEqual([
      'POST /ships asks ships.yard.use, which the plugin does not know',
    ]);
  });
});
