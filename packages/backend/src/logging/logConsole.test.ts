import { mockServices } from '@backstage/backend-test-utils';
import { logConsole } from './logConsole';

describe('logConsole', () => {
  it('sends to the logger what is written to the console, until it is undone', () => {
    const logger = mockServices.logger.mock();
    const original = console.warn;
    const undo = logConsole(logger);
    console.warn('Connection %s:', 'lost', { after: 3 });
    console.error(new Error('gone'));
    console.log('said');
    undo();

    expect(logger.warn).toHaveBeenCalledWith('Connection lost: { after: 3 }', {
      source: 'console',
    });
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringMatching(/^Error: gone\n/),
      { source: 'console' },
    );
    expect(logger.info).toHaveBeenCalledWith('said', { source: 'console' });
    expect(console.warn).toBe(original);
  });
});
