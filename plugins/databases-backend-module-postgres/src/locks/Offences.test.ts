import { Offences } from './Offences';

const MINUTE = 60_000;

describe('Offences', () => {
  it('tells of the first, of the one that is one too many, and else once a minute', () => {
    const offences = Offences.create(3);
    expect(offences.add('a', 0)).toEqual({ count: 1, isRepeated: false });
    expect(offences.add('a', 5_000)).toBeUndefined();
    expect(offences.add('a', 10_000)).toEqual({ count: 3, isRepeated: true });
    expect(offences.add('a', 15_000)).toBeUndefined();
    expect(offences.add('a', 10_000 + MINUTE)).toEqual({
      count: 5,
      isRepeated: true,
    });
    expect(offences.add('b', 15_000)).toEqual({ count: 1, isRepeated: false });
  });

  it('counts on when a person comes with another login, and tells of that one', () => {
    const offences = Offences.create(2);
    offences.add('mallory', 0, 'one');
    const repeated = { count: 2, isRepeated: true };
    expect(offences.add('mallory', 5_000, 'one')).toEqual(repeated);
    expect(offences.add('mallory', 10_000, 'one')).toBeUndefined();
    expect(offences.add('mallory', 15_000, 'another')).toEqual({
      count: 4,
      isRepeated: true,
    });
  });

  it('counts as one what goes on within five seconds', () => {
    const offences = Offences.create(2);
    expect(offences.add('a', 0)).toEqual({ count: 1, isRepeated: false });
    for (let now = 100; now < 5_000; now += 100) {
      expect(offences.add('a', now)).toBeUndefined();
    }
    expect(offences.add('a', 5_000)).toEqual({ count: 2, isRepeated: true });
  });

  it('tells once a minute of what is no offence, and does not count it', () => {
    const offences = Offences.create(1);
    expect(offences.excuse('a', 0)).toBe(true);
    expect(offences.excuse('a', MINUTE - 1)).toBe(false);
    expect(offences.excuse('a', MINUTE)).toBe(true);
    expect(offences.add('a', MINUTE)).toEqual({ count: 1, isRepeated: true });
  });

  it('forgets after ten minutes', () => {
    const offences = Offences.create(2);
    offences.add('a', 0);
    expect(offences.add('a', 10 * MINUTE)).toEqual({
      count: 1,
      isRepeated: false,
    });
  });

  it('never counts as repeated where that is turned off', () => {
    const offences = Offences.create(0);
    for (let count = 1; count < 10; count += 1) {
      expect(offences.add('a', count * MINUTE)).toEqual({
        count,
        isRepeated: false,
      });
    }
  });
});
