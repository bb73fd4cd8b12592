import { mockServices } from '@backstage/backend-test-utils';
import { createHintSender } from './createHintSender';

describe('createHintSender', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('tells once of what is said in a row, and again of what comes later', async () => {
    const told: string[] = [];
    let woken = 0;
    const { send, onSent } = createHintSender({
      logger: mockServices.logger.mock(),
      publish: async about => void told.push(about),
    });
    onSent(() => {
      woken += 1;
    });
    send('a');
    send('a');
    send('b');
    expect(told).toEqual([]);
    await jest.advanceTimersByTimeAsync(100);
    expect([told, woken]).toEqual([['a', 'b'], 2]);
    send('a');
    await jest.advanceTimersByTimeAsync(100);
    expect(told).toEqual(['a', 'b', 'a']);
  });

  it('goes on when one is lost', async () => {
    const logger = mockServices.logger.mock();
    const { send } = createHintSender({
      logger,
      gatherMs: 5,
      publish: async () => {
        throw new Error('Nobody listens');
      },
    });
    send('a');
    await jest.advanceTimersByTimeAsync(5);
    send('a');
    await jest.advanceTimersByTimeAsync(5);
    expect(logger.debug).toHaveBeenCalledTimes(2);
  });
});
