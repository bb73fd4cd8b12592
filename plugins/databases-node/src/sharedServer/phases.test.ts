import { RetryableError, TerminalError } from '../errors';
import { beforeAnything, isProviderError } from './phases';

it('knows errors that say what became of a call', () => {
  expect(isProviderError(new TerminalError('no'))).toBe(true);
  expect(isProviderError(new Error('no'))).toBe(false);
});

it('says that nothing was sent where trying later may help', () => {
  expect(beforeAnything(new RetryableError('down'))).toMatchObject({
    message: 'down',
    nothingSent: true,
  });
  const refused = new TerminalError('no');
  expect(beforeAnything(refused)).toBe(refused);
});
