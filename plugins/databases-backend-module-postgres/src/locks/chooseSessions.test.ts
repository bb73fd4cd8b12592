import { chooseSessions, type LockHolder } from './chooseSessions';

const limits = { perDatabase: 100, inAll: 300 };

/** Sessions by database; a session's pid is its place. */
function sessions(held: Record<string, number[]>): LockHolder[] {
  return Object.entries(held).flatMap(([database, all]) =>
    all.map((locks, index) => ({
      pid: index + 1,
      startedAt: `${index}`,
      database,
      login: `${database}_a`,
      locks,
    })),
  );
}

const chosen = (held: Record<string, number[]>) =>
  chooseSessions(sessions(held), limits).map(
    ({ database, locks }) => `${database} ${locks}`,
  );

describe('chooseSessions', () => {
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
      'of the largest databases, when the table fills up by many',
      { a: [80], b: [95], c: [90], d: [85] },
      ['b 95'],
    ],
  ])('ends %s', (_, held, expected) => {
    expect(chosen(held)).toEqual(expected);
  });
});
