import { EnsureRequest, Steps } from './Steps';

const made: string[] = [];
const steps = Steps.create<'one' | 'two', string>({
  one: ['Make one', async operation => void made.push(`one ${operation}`)],
  two: ['Make two', async operation => void made.push(`two ${operation}`)],
});
const request = {} as EnsureRequest;
const context = { idempotencyKey: 'k', fence: 1n };

describe('Steps', () => {
  it('lists steps in order and runs the one that is asked for', async () => {
    expect(steps.list()).toEqual([
      { id: 'one', title: 'Make one' },
      { id: 'two', title: 'Make two' },
    ]);
    await steps.ensure('here', 'two', request, context);
    expect(made).toEqual(['two here']);
  });

  it('refuses what is no step, also what objects have by themselves', async () => {
    for (const step of ['three', 'toString']) {
      await expect(
        steps.ensure('here', step, request, context),
      ).rejects.toMatchObject({ name: 'TerminalError' });
    }
  });

  it('says how far a database is made', () => {
    expect(steps.progress({ one: true, two: false })).toEqual({
      status: 'partial',
      doneSteps: ['one'],
    });
    expect(steps.progress({ one: true, two: true }).status).toBe('present');
  });
});
