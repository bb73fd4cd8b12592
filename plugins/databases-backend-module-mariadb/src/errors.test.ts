import { toProviderError } from './errors';

const failure = (code: string | number) =>
  Object.assign(
    new Error('near "secret"'),
    typeof code === 'number' ? { errno: code } : { code },
  );

describe('toProviderError', () => {
  it.each([
    [1040, 'connect', 'RetryableError', /no connection left/],
    [1021, 'write', 'RetryableError', /full disk/],
    [1290, 'write', 'RetryableError', /read-only/],
    [1053, 'write', 'RetryableError', /stopping/],
    ['ECONNREFUSED', 'connect', 'RetryableError', /does not answer/],
    [1045, 'connect', 'TerminalError', /Mend user and password/],
    [4151, 'connect', 'TerminalError', /Mend user and password/],
    [1232, 'connect', 'TerminalError', /refuses the platform \(1232\)/],
    [1129, 'connect', 'RetryableError', /does not answer/],
    [1969, 'write', 'RetryableError', /too slow/],
    [1205, 'write', 'RetryableError', /busy/],
    [1044, 'write', 'TerminalError', /does not let the platform/],
    [1927, 'write', 'AmbiguousError', /lost meanwhile/],
    [1927, 'read', 'RetryableError', /was lost/],
    ['PROTOCOL_CONNECTION_LOST', 'write', 'AmbiguousError', /lost meanwhile/],
    ['PROTOCOL_SEQUENCE_TIMEOUT', 'write', 'AmbiguousError', /lost meanwhile/],
    ['ETIMEDOUT', 'read', 'RetryableError', /was lost/],
    [1064, 'write', 'TerminalError', /refused \(1064\)/],
  ] as const)('%s while %s is a %s', (code, phase, name, message) => {
    const error = toProviderError(failure(code), 'Shared', phase);
    expect(error.name).toBe(name);
    expect(error.message).toMatch(message);
    // MariaDB repeats parts of statements.
    expect(error.message).not.toContain('secret');
  });

  it('leaves errors of the contract as they are', () => {
    const error = Object.assign(new Error('x'), { name: 'StaleFenceError' });
    expect(toProviderError(error, 'S', 'write')).toBe(error);
  });
});
