import { endOf, isTooLong, lengthsUpTo, wordsForDays } from './waiverLengths';

describe('how long a waiver lasts', () => {
  it.each([
    [90, ['1', '7', '30', '90', 'date']],
    [14, ['1', '7', '14', 'date']],
    [365, ['1', '7', '30', '90', '365', 'date']],
    [0.5, ['0.5', 'date']],
    [undefined, ['1', '7', '30', '90', 'date']],
  ])('offers, with at most %s days, %j', (longest, offered) => {
    expect(lengthsUpTo(longest)).toEqual(offered);
  });

  it.each([
    [1 / 24, 'One hour'],
    [0.5, '12 hours'],
    [1, 'One day'],
    [14, '14 days'],
  ])('calls %d days "%s"', (days, words) => {
    expect(wordsForDays(days)).toBe(words);
  });

  it('stays below the longest, though the clock may be ahead', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const end = (length: '7' | '90') => endOf({ length, date: '' }, now, 90);
    expect(end('90')).toBe('2026-03-31T23:59:00.000Z');
    expect(end('7')).toBe('2026-01-08T00:00:00.000Z');
  });

  it('lasts to the end of the day that was chosen', () => {
    const end = endOf({ length: 'date', date: '2026-01-31' }, 0);
    expect(new Date(end)).toEqual(new Date('2026-02-01T00:00:00'));
    expect(endOf({ length: 'date', date: '' }, 0)).toBe('');
  });

  it('knows what lasts longer than it may', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(isTooLong('2026-01-15T00:00:01Z', now, 14)).toBe(true);
    expect(isTooLong('2026-01-15T00:00:00Z', now, 14)).toBe(false);
    expect(isTooLong('2126-01-15T00:00:00Z', now)).toBe(false);
    expect(isTooLong('', now, 14)).toBe(false);
  });
});
