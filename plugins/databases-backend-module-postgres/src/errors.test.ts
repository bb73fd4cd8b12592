import { toProviderError } from './errors';

const failure = (message: string, code?: string) =>
  Object.assign(new Error(message), { code });

describe('toProviderError', () => {
  it.each([
    ['53300', 'connect', 'RetryableError', /no connection left/],
    ['53100', 'write', 'RetryableError', /disk of Shared is full/],
    ['53200', 'write', 'RetryableError', /short of resources/],
    ['57P03', 'connect', 'RetryableError', /starting or stopping/],
    ['ECONNREFUSED', 'connect', 'RetryableError', /does not answer/],
    ['28P01', 'connect', 'TerminalError', /Mend user and password/],
    ['42501', 'connect', 'TerminalError', /Prepare the server/],
    ['57014', 'write', 'RetryableError', /too slow/],
    ['55P03', 'write', 'RetryableError', /busy/],
    ['55006', 'write', 'RetryableError', /busy/],
    ['42501', 'write', 'TerminalError', /does not let the platform/],
    ['57P01', 'write', 'AmbiguousError', /lost meanwhile/],
    ['57P01', 'read', 'RetryableError', /was lost/],
    ['ECONNRESET', 'write', 'AmbiguousError', /lost meanwhile/],
    ['42601', 'write', 'TerminalError', /refused \(42601\): it/],
  ] as const)('%s while %s is a %s', (code, phase, name, message) => {
    const error = toProviderError(failure('it', code), 'Shared', phase);
    expect(error.name).toBe(name);
    expect(error.message).toMatch(message);
  });

  it('knows a lost answer by its message', () => {
    for (const message of [
      'Connection terminated unexpectedly',
      'Query read timeout',
    ]) {
      expect(toProviderError(failure(message), 'S', 'write').name).toBe(
        'AmbiguousError',
      );
    }
  });

  it('tells a full database from a full server', () => {
    const error = failure('too many connections for database "x"', '53300');
    expect(toProviderError(error, 'Shared', 'connect')).toMatchObject({
      name: 'RetryableError',
      message: 'A database on Shared has all its connections taken',
    });
  });

  it('knows two sessions on one row by its message', () => {
    const error = failure('tuple concurrently updated', 'XX000');
    expect(toProviderError(error, 'S', 'write').name).toBe('RetryableError');
  });

  it('leaves errors of the contract as they are', () => {
    const error = Object.assign(new Error('x'), { name: 'StaleFenceError' });
    expect(toProviderError(error, 'S', 'write')).toBe(error);
  });
});
