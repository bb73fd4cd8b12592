import type { JsonValue } from '@backstage/types';
import fc from 'fast-check';
import { canonicalJson, digestOf } from './digest';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;

/** The same, with the keys of all maps the other way round. */
function turned(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.map(turned);
  }
  return value !== null && typeof value === 'object'
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, each]) => [key, turned(each!)]),
      )
    : value;
}

describe('digestOf', () => {
  it('is SHA-256 of the canonical form', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'ä' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"ä","d":null}]}',
    );
    expect(digestOf({})).toBe(
      'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    );
  });

  it('does not follow the order of keys', () => {
    fc.assert(
      fc.property(json, value => {
        expect(digestOf(turned(value))).toBe(digestOf(value));
      }),
    );
  });

  it('follows everything else', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        fc.pre(canonicalJson(one) !== canonicalJson(other));
        expect(JSON.parse(canonicalJson(one))).toEqual(
          JSON.parse(JSON.stringify(one)),
        );
        expect(digestOf(one)).not.toBe(digestOf(other));
      }),
    );
  });
});
