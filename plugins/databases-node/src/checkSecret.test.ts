import {
  checkSecretRef,
  checkSecretValue,
  SECRET_VALUE_BYTES_MOST,
} from './checkSecret';

it('takes what every store takes', () => {
  const ref = { id: '🦩/ "quoted" \\ %2e', revision: 2_147_483_647 };
  expect(() => checkSecretRef(ref)).not.toThrow();
  expect(() =>
    checkSecretValue('é'.repeat(SECRET_VALUE_BYTES_MOST / 2)),
  ).not.toThrow();
});

it.each([
  ['', 1, /id of a secret must have 1 to 200/],
  ['x'.repeat(201), 1, /id of a secret must have 1 to 200/],
  ['a\u0000b', 1, /without control characters/],
  ['a\nb', 1, /without control characters/],
  ['\ud800', 1, /without control characters/],
  ['a', 0, /revision of a secret/],
  ['a', 1.5, /revision of a secret/],
  ['a', Number.NaN, /revision of a secret/],
  ['a', 2_147_483_648, /revision of a secret/],
])('refuses the id %j with the revision %d', (id, revision, message) => {
  expect(() => checkSecretRef({ id, revision })).toThrow(message);
});

it.each([
  ['', /1 to 16384 bytes/],
  ['é'.repeat(SECRET_VALUE_BYTES_MOST / 2 + 1), /1 to 16384 bytes/],
  ['half \udc00', /well-formed/],
  ['half \u0000', /without U\+0000/],
])('refuses a value and does not repeat it', (value, message) => {
  expect(() => checkSecretValue(value)).toThrow(message);
  expect(() => checkSecretValue(value)).not.toThrow(/é|half/);
});
