import { compilePattern } from './environment';
import { patternWidth } from './patternWidth';

const widthOf = (pattern: string) => patternWidth(compilePattern(pattern));

describe('patternWidth', () => {
  it.each([
    '^[a-z0-9]+(-[a-z0-9]+)*$',
    '(:[^:/@]+|@sha256:[0-9a-f]{64})$',
    '^([a-z0-9]+-?)*$',
    '(a|b|c)*x$',
    '(?i)\\bpassword\\b',
    '[A-Za-z0-9._%+-]+@[a-z0-9.-]+',
  ])('is small for %s', pattern => {
    expect(widthOf(pattern)).toBeLessThan(25);
  });

  it.each([
    'x[xy]{900}[^xy]',
    '(x[xy]{30}){30}[^xy]',
    'x[xy]{16}[^xy]|([xy]?){90}z',
    '(\\w+\\s+){300}',
  ])('has no end for %s', pattern => {
    expect(() => widthOf(pattern)).toThrow(/too many of its places at once/);
  });

  it.each(['^\\p{L}+$', '^(\\p{L}|\\d|[a]){1,20}$', 'AKIA[0-9A-Z]{16}'])(
    'is found soon for %s',
    pattern => {
      const before = process.cpuUsage();
      expect(widthOf(pattern)).toBeLessThan(100);
      // Seconds, when each end of each range of letters is tried.
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
    },
  );

  it('looks the same after it was searched with', () => {
    const pattern = compilePattern('[a-f]{5}z');
    const before = patternWidth(pattern);
    pattern.test('abcdef'.repeat(2_000));
    expect(patternWidth(pattern)).toBe(before);
  });
});
