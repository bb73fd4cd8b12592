import { isAbsent, toStoreError } from './errors';

const named = (name: string) =>
  Object.assign(new Error('hunter2 was sent'), { name });

it.each([
  ['Error', 'RetryableError', /does not answer/],
  ['TimeoutError', 'RetryableError', /not do it now: TimeoutError/],
  ['ThrottlingException', 'RetryableError', /ThrottlingException/],
  ['AccessDeniedException', 'RetryableError', /must be allowed/],
  ['InvalidParameterException', 'TerminalError', /InvalidParameterException/],
])('takes %s as it is meant, and repeats nothing', (name, kind, message) => {
  const error = toStoreError(named(name));
  expect(error.name).toBe(kind);
  expect(error.message).toMatch(message);
  expect(error.message).not.toMatch(/hunter2/);
  expect(error.cause).toBeUndefined();
});

it('knows what is absent', () => {
  expect(isAbsent(named('ResourceNotFoundException'))).toBe(true);
  expect(isAbsent(named('AccessDeniedException'))).toBe(false);
});
