import { silentLogger } from '../__testUtils__/silentLogger';
import type { StoreContext } from '../database/context';
import type { Lease } from '../database/leases';
import { keepLease } from './keepLease';

const LEASE_MS = 3_000;
const KEPT = { cancel_requested_by: null };

describe('keepLease', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Keeps a lease for which was asked a second ago, with a database that answers as told. */
  function keep(answer: () => Promise<object[]>) {
    const knex = Object.assign(() => ({ where: () => ({ update: answer }) }), {
      raw: () => 'later',
    });
    return keepLease(
      { knex, clock: 'now()' } as unknown as StoreContext,
      { operation: { id: 'o' }, owner: 'me', fence: 1n } as Lease,
      {
        leaseMs: LEASE_MS,
        claimedAt: performance.now() - 1_000,
        logger: silentLogger,
      },
    );
  }
  const never = () => new Promise<object[]>(() => undefined);

  it('ends with the time that was asked for, counted from before the claim', async () => {
    const { lost, stop } = keep(never);
    await jest.advanceTimersByTimeAsync(1_990);
    expect(lost.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(10);
    expect(lost.aborted).toBe(true);
    stop();
  });

  it('counts a renewal from before it was asked for, however long the answer takes', async () => {
    let asked = 0;
    const { lost, stop } = keep(() => {
      asked += 1;
      return asked === 1
        ? new Promise(resolve => setTimeout(() => resolve([KEPT]), 900))
        : never();
    });
    // Asked after 1 s, so that it is held until 4 s.
    await jest.advanceTimersByTimeAsync(3_990);
    expect(lost.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(10);
    expect(lost.aborted).toBe(true);
    stop();
  });

  it('aborts at once when another worker took it, and not at all after it was stopped', async () => {
    const taken = keep(async () => []);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(taken.lost.aborted).toBe(true);
    taken.stop();

    const stopped = keep(never);
    stopped.stop();
    await jest.advanceTimersByTimeAsync(2 * LEASE_MS);
    expect(stopped.lost.aborted).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sees that somebody called it off, and keeps it all the same', async () => {
    let by: string | null = null;
    const { lost, calledOff, stop } = keep(async () => [
      { cancel_requested_by: by },
    ]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(calledOff.aborted).toBe(false);
    by = 'user:x';
    await jest.advanceTimersByTimeAsync(2 * LEASE_MS);
    expect(calledOff.reason).toMatchObject({ name: 'CalledOffError' });
    expect(lost.aborted).toBe(false);
    stop();
  });
});
