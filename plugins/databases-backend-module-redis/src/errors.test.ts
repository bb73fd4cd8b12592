import { SimpleError, SocketClosedUnexpectedlyError } from '@redis/client';
import { toProviderError } from './errors';

describe('toProviderError', () => {
  it.each([
    ['OOM command not allowed', 'write', 'RetryableError', /no memory left/],
    ['LOADING Redis is', 'connect', 'RetryableError', /is starting/],
    ['MISCONF Redis is', 'write', 'RetryableError', /write to its disk/],
    ['READONLY You', 'write', 'RetryableError', /is a replica/],
    ['ERR max number of clients reached', 'connect', 'RetryableError', /left/],
    [
      'ERR There was an error trying to save the ACLs. Check',
      'write',
      'RetryableError',
      /users to its disk/,
    ],
    ['WRONGPASS secret', 'connect', 'TerminalError', /Mend user and password/],
    ['NOPERM secret', 'write', 'TerminalError', /bootstrapServer/],
    ['ERR unknown secret', 'write', 'TerminalError', /refused \(ERR\)/],
  ] as const)('%s while %s is a %s', (said, phase, name, message) => {
    const error = toProviderError(new SimpleError(said), 'Shared', phase);
    expect(error.name).toBe(name);
    expect(error.message).toMatch(message);
    // Redis repeats arguments.
    expect(error.message).not.toContain('secret');
  });

  it.each([
    ['connect', 'RetryableError', /does not answer/],
    ['read', 'RetryableError', /was lost/],
    ['write', 'AmbiguousError', /lost meanwhile/],
  ] as const)('a lost line while %s is a %s', (phase, name, message) => {
    const lost = new SocketClosedUnexpectedlyError();
    const error = toProviderError(lost, 'Shared', phase);
    expect(error.name).toBe(name);
    expect(error.message).toMatch(message);
  });
});
