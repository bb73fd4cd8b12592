import { mockServices } from '@backstage/backend-test-utils';
import type { AuditRecord } from '@slipway/plugin-audit-common';
import { QueuedAuditTrail } from './QueuedAuditTrail';

const record = (id: string): AuditRecord => ({
  v: 1,
  id,
  operation: id,
  plugin: 'boats',
  event: 'boat-launch',
  severity: 'medium',
  outcome: 'initiated',
  actor: {},
  occurredAt: '2026-01-01T00:00:00.000Z',
});

function setup(limits: object = {}) {
  const logger = mockServices.logger.mock();
  const trail = QueuedAuditTrail.create({
    logger,
    limits: {
      requiredMs: 100,
      patienceMs: 50,
      attemptMs: 500,
      pauseMs: { first: 5, most: 10 },
      drainMs: 300,
      ...limits,
    },
  });
  const stored: string[] = [];
  const store = {
    down: false,
    append: jest.fn(async (records: AuditRecord[]) => {
      if (store.down) {
        throw new Error('connection refused');
      }
      if (records.some(({ id }) => id === 'bad')) {
        throw Object.assign(new Error('invalid input'), { code: '22P02' });
      }
      stored.push(...records.map(({ id }) => id));
    }),
  };
  return { trail, store, stored, logger };
}

describe('QueuedAuditTrail', () => {
  it('has stored an entry when it says so, in batches', async () => {
    const { trail, store, stored } = setup();
    trail.attach(store);
    await Promise.all(
      ['a', 'b', 'c', 'd'].map(id =>
        trail.append(record(id), { required: true }),
      ),
    );
    expect(stored).toEqual(['a', 'b', 'c', 'd']);
    expect(store.append.mock.calls.length).toBeLessThan(3);
  });

  it('waits for the store, and refuses what is required when none comes', async () => {
    const { trail, store, stored } = setup();
    await expect(
      trail.append(record('refused'), { required: true }),
    ).rejects.toThrow(/cannot be written into the audit trail now/);
    await trail.append(record('kept'), { required: false });
    trail.attach(store);
    await trail.append(record('next'), { required: true });
    expect(stored).toEqual(['kept', 'next']);
  });

  it('keeps what was done while the store is down, without holding anybody up', async () => {
    const { trail, store, stored, logger } = setup({ patienceMs: 60_000 });
    trail.attach(store);
    store.down = true;
    await trail.append(record('a'), { required: false });
    await trail.append(record('b'), { required: false });
    await expect(
      trail.append(record('c'), { required: true }),
    ).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
    expect(logger.error).toHaveBeenCalledTimes(1);
    store.down = false;
    await trail.drain();
    expect(stored).toEqual(['a', 'b']);
    expect(logger.info).toHaveBeenCalledWith(
      'The audit trail is written again',
    );
  });

  it('is not held up by an entry that cannot be stored', async () => {
    const { trail, store, stored, logger } = setup();
    await Promise.all([
      trail.append(record('a'), { required: false }),
      trail.append(record('bad'), { required: false }),
      trail.append(record('b'), { required: false }),
    ]);
    trail.attach(store);
    await trail.drain();
    expect(stored).toEqual(['a', 'b']);
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringMatching(/bad .*only in the log.*invalid input/),
    );
    await expect(
      trail.append(record('bad'), { required: true }),
    ).rejects.toThrow(/not done/);
  });

  it('does not grow without end', async () => {
    const { trail, store, stored, logger } = setup({ queued: 2 });
    for (const id of ['a', 'b', 'c']) {
      await trail.append(record(id), { required: false });
    }
    await expect(trail.append(record('d'), { required: true })).rejects.toThrow(
      /not done/,
    );
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringMatching(/entry c .*too many wait/),
    );
    trail.attach(store);
    await trail.drain();
    expect(stored).toEqual(['a', 'b']);
  });

  it('says at the end of the process what it could not store', async () => {
    const { trail, logger } = setup();
    await trail.append(record('a'), { required: false });
    await trail.drain();
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringMatching(/1 entries .* could not be stored/),
    );
  });
});
