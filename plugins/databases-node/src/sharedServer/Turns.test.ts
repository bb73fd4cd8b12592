import { Turns } from './Turns';

const turns = () => Turns.create({ title: 'Shared', maxConcurrency: 1 });

/** Work that goes on until it is let go. */
function held() {
  let letGo = () => {};
  const held_ = new Promise<void>(resolve => (letGo = resolve));
  return { work: () => held_, letGo: () => letGo() };
}

const stopped = {
  name: 'RetryableError',
  message: 'Stopped before Shared was asked',
  nothingSent: true,
};

describe('Turns', () => {
  it('lets no more work begin than there may be', async () => {
    const all = turns();
    const first = held();
    const one = all.take(first.work);
    const second = jest.fn(async () => 'done');
    const two = all.take(second);
    await new Promise(resolve => setImmediate(resolve));
    expect(second).not.toHaveBeenCalled();
    first.letGo();
    await one;
    expect(await two).toBe('done');
  });

  it('begins nothing for somebody who does not wait any longer', async () => {
    const all = turns();
    const first = held();
    const one = all.take(first.work);
    const abort = new AbortController();
    const work = jest.fn();
    const two = all.take(work, abort.signal);
    abort.abort();
    await expect(two).rejects.toMatchObject(stopped);
    await expect(all.take(work, abort.signal)).rejects.toMatchObject(stopped);
    first.letGo();
    await one;
    await all.take(async () => {});
    expect(work).not.toHaveBeenCalled();
  });

  it('leaves work that has begun to itself', async () => {
    const abort = new AbortController();
    const first = held();
    const one = turns().take(first.work, abort.signal);
    await new Promise(resolve => setImmediate(resolve));
    abort.abort();
    first.letGo();
    await expect(one).resolves.toBeUndefined();
  });
});
