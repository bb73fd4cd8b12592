import fc from 'fast-check';
import { chooseSessions, type LockHolder } from './chooseSessions';

const limits = { perDatabase: 100, inAll: 300 };
/** "team-1" of the database "team-1/a". */
const ownerOf = (database: string) =>
  database.includes('/') ? database.split('/')[0] : undefined;

/** Sessions by database; those of a database that is written with "(person)" are by a person's login to it. */
function sessions(held: Record<string, number[]>): LockHolder[] {
  return Object.entries(held).flatMap(([key, all]) => {
    const database = key.replace('(person)', '');
    return all.map((locks, index) => ({
      pid: index + 1,
      startedAt: `${index}`,
      database,
      login: `${database}_a`,
      ...(key !== database && { loginId: `${database}'s person` }),
      locks,
    }));
  });
}

const sum = (holders: LockHolder[]) =>
  holders.reduce((total, { locks }) => total + locks, 0);
/** Whether fewer would have given so many places back. */
const isTooMany = (ended: LockHolder[], places: number) =>
  ended.length > 0 && sum(ended.slice(0, -1)) >= places;

describe('chooseSessions', () => {
  it('does not count against a tenant what the platform holds for a dump', () => {
    const [tool, app] = sessions({ orders: [90, 20] });
    tool.isTool = true;
    expect(chooseSessions([tool, app], limits)).toEqual({
      offenders: [],
      others: [],
    });
    // But others may not come to harm by it.
    expect(
      chooseSessions([{ ...tool, locks: 400 }, app], limits),
    ).toMatchObject({ offenders: [], others: [{ isTool: true }] });
  });

  it.each([
    ['nothing while all keep within the limits', { a: [60, 40], b: [100] }, []],
    ['one that holds more than a database may', { a: [101, 5] }, ['a 101']],
    [
      'the largest of many that hold too much together',
      { a: [30, 40, 35] },
      ['a 40'],
    ],
    [
      'as many as it takes, and no neighbour',
      { a: [90, 90, 90], b: [99] },
      ['a 90', 'a 90'],
    ],
    [
      'people’s before an application that is within the limit',
      { a: [60, 30], 'a(person)': [10, 50] },
      ['a 50'],
    ],
    [
      'the application’s that is not, and no person’s beside it',
      { a: [110, 30], 'a(person)': [20, 50] },
      ['a 110'],
    ],
  ])('ends as offenders %s', (_, held, expected) => {
    const { offenders, others } = chooseSessions(
      sessions(held as Record<string, number[]>),
      limits,
    );
    expect(offenders.map(each => `${each.database} ${each.locks}`)).toEqual(
      expected,
    );
    expect(others).toEqual([]);
  });

  it.each([
    [
      'of the database that holds most',
      { a: [80], b: [95], c: [90], d: [85] },
      ['b 95'],
    ],
    [
      'of the owner whose databases hold most, before a neighbour that holds more than each',
      { 'x/1': [90], 'x/2': [90], 'x/3': [90], victim: [98] },
      ['x/1 90'],
    ],
  ])(
    'ends without blame, when the table fills up by many, those %s',
    (_, held, expected) => {
      const { offenders, others } = chooseSessions(
        sessions(held as unknown as Record<string, number[]>),
        limits,
        ownerOf,
      );
      expect(offenders).toEqual([]);
      expect(others.map(each => `${each.database} ${each.locks}`)).toEqual(
        expected,
      );
    },
  );

  it('blames nobody within the limit, ends no more than it takes, and none of an owner who has less than another', () => {
    const held = fc.dictionary(
      fc.constantFrom(
        ...['x/1', 'x/2', 'x/3', 'y/1', 'y/2', 'z', 'v'].flatMap(database => [
          database,
          `${database}(person)`,
        ]),
      ),
      fc.array(fc.integer({ min: 1, max: 130 }), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(held, each => {
        const holders = sessions(each);
        const { offenders, others } = chooseSessions(holders, limits, ownerOf);
        const of = (all: LockHolder[], database: string) =>
          all.filter(one => one.database === database);
        for (const database of new Set(holders.map(one => one.database))) {
          const all = of(holders, database);
          const application = all.filter(one => !one.loginId);
          const blamed = of(offenders, database);
          const { perDatabase } = limits;
          expect(sum(all) > perDatabase || !blamed.length).toBe(true);
          const isWithin = sum(application) <= perDatabase;
          const people = blamed.filter(one => one.loginId);
          expect(isWithin ? people : blamed).toEqual(blamed);
          expect(sum(all) - sum(blamed)).toBeLessThanOrEqual(perDatabase);
          expect(isTooMany(blamed, sum(all) - perDatabase)).toBe(false);
        }
        const rest = holders.filter(one => !offenders.includes(one));
        expect(sum(rest) - sum(others)).toBeLessThanOrEqual(limits.inAll);
        expect(isTooMany(others, sum(rest) - limits.inAll)).toBe(false);
        const ownerHas = (one: LockHolder) => {
          const key = ownerOf(one.database) ?? one.database;
          return sum(
            rest.filter(
              other => (ownerOf(other.database) ?? other.database) === key,
            ),
          );
        };
        const spared = rest.filter(one => !others.includes(one));
        for (const one of others) {
          for (const other of spared) {
            expect(ownerHas(one)).toBeGreaterThanOrEqual(ownerHas(other));
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
