import { mockServices } from '@backstage/backend-test-utils';
import { CheckedRootHealth } from './CheckedRootHealth';

const ok = { status: 200, payload: { status: 'ok' } };
const stopping = { status: 503, payload: { status: 'error' } };

function createHealth(options: {
  check: () => Promise<void>;
  readiness?: { status: number; payload: { status: string } };
}) {
  return CheckedRootHealth.create({
    base: {
      getLiveness: async () => ok,
      getReadiness: async () => options.readiness ?? ok,
    },
    checks: {
      add: () => {},
      list: () => [{ name: 'database', check: options.check }],
    },
    logger: mockServices.logger.mock(),
    timeoutMs: 20,
  });
}

describe('CheckedRootHealth', () => {
  it('is ready when the checks pass', async () => {
    const health = createHealth({ check: async () => {} });
    expect(await health.getReadiness()).toEqual(ok);
  });

  it('names what does not answer, and stays alive', async () => {
    const health = createHealth({
      check: async () => {
        throw new Error('connection refused');
      },
    });
    expect(await health.getReadiness()).toEqual({
      status: 503,
      payload: { status: 'error', message: 'Not answering: database' },
    });
    expect(await health.getLiveness()).toEqual(ok);
  });

  it('does not wait for ever', async () => {
    const health = createHealth({ check: () => new Promise(() => {}) });
    expect((await health.getReadiness()).status).toBe(503);
  });

  it('asks once for a crowd of probes', async () => {
    const check = jest.fn(async () => {});
    const health = createHealth({ check });
    await Promise.all([
      health.getReadiness(),
      health.getReadiness(),
      health.getReadiness(),
    ]);
    await health.getReadiness();
    expect(check).toHaveBeenCalledTimes(1);
  });

  it('asks nobody while the portal starts or stops', async () => {
    const check = jest.fn(async () => {});
    const health = createHealth({ check, readiness: stopping });
    expect(await health.getReadiness()).toEqual(stopping);
    expect(check).not.toHaveBeenCalled();
  });
});
