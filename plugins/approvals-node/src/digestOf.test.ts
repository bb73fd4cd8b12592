import { digestOf } from './digestOf';

describe('digestOf', () => {
  it('is the same for the same, however it is written', () => {
    expect(digestOf({ a: 1, b: { d: 2, c: [1, 2] } })).toBe(
      digestOf({ b: { c: [1, 2], d: 2 }, a: 1, e: undefined }),
    );
    expect(digestOf({})).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: null }, {}],
  ])('differs for %j and %j', (one, other) => {
    expect(digestOf(one)).not.toBe(digestOf(other));
  });
});
