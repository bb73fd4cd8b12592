import { toStoreError } from './errors';

it.each([
  [new Error('socket hang up'), 'RetryableError', /does not answer/],
  [{ code: 401 }, 'RetryableError', /must be allowed to get, create/],
  [{ code: 403 }, 'RetryableError', /Secrets in the namespace 'vault'/],
  [{ code: 404 }, 'RetryableError', /Is there a namespace 'vault'/],
  [{ code: 429 }, 'RetryableError', /429/],
  [{ code: 500 }, 'RetryableError', /500/],
  [{ code: 413 }, 'TerminalError', /413/],
  [{ code: 422 }, 'TerminalError', /422/],
])('takes %j as it is meant', (error, name, message) => {
  expect(toStoreError(error, 'vault')).toMatchObject({
    name,
    message: expect.stringMatching(message),
    cause: undefined,
  });
});
