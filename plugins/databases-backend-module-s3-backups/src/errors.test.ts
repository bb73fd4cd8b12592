import { isAbsent, toStoreError } from './errors';

const named = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error('hunter2 was sent'), {
    name,
    ...(httpStatusCode && { $metadata: { httpStatusCode } }),
  });

it.each([
  [named('Error'), 'RetryableError', /does not answer/],
  [named('TimeoutError'), 'RetryableError', /does not answer/],
  [named('SlowDown', 503), 'RetryableError', /not do it now: SlowDown/],
  [named('AccessDenied', 403), 'RetryableError', /must be allowed/],
  [named('Unknown', 401), 'RetryableError', /must be allowed/],
  [named('XMinioStorageFull', 507), 'RetryableError', /is full/],
  [named('NoSuchBucket', 404), 'TerminalError', /bucket/],
  [named('EntityTooLarge', 400), 'TerminalError', /as long as this/],
])(
  'takes an error as it is meant, and repeats nothing',
  (from, kind, words) => {
    const error = toStoreError(from);
    expect(error.name).toBe(kind);
    expect(error.message).toMatch(words);
    expect(error.message).not.toMatch(/hunter2/);
    expect(error.cause).toBeUndefined();
  },
);

it('knows what is absent', () => {
  expect(isAbsent(named('NoSuchKey', 404))).toBe(true);
  expect(isAbsent(named('NotFound', 404))).toBe(true);
  expect(isAbsent(named('NoSuchBucket', 404))).toBe(false);
});
