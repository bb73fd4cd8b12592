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
    'x[xy]{40}[^xy]',
    '(\\w+\\s+){300}',
  ])('is that of many instructions for %s', pattern => {
    const all = compilePattern(pattern).re2().prog.numInst();
    expect(widthOf(pattern)).toBeGreaterThan(all / 2);
  });

  it('looks the same after it was searched with', () => {
    const pattern = compilePattern('x[xy]{50}z');
    const before = patternWidth(pattern);
    pattern.test('xyyxyxxyx'.repeat(2_000));
    expect(patternWidth(pattern)).toBe(before);
  });
});
