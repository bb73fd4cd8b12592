import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { Knex } from 'knex';
import { initTables } from '../__testUtils__/initTables';
import { KeyRing } from './KeyRing';
import { measureSealedSecrets } from './measureSealedSecrets';
import { Resealing } from './Resealing';
import { SealedSecretStore } from './SealedSecretStore';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const old = { id: 'old', key: Buffer.alloc(32, 1) };
const fresh = { id: 'fresh', key: Buffer.alloc(32, 2) };
const id = 'database/1/workload';

describe('Resealing', () => {
  let knex: Knex;
  beforeEach(async () => {
    knex = await initTables(databases);
  });

  /** What a replica has that was started with these keys. */
  function replica(...keys: (typeof old)[]) {
    const ring = KeyRing.create(keys);
    const logger = mockServices.logger.mock();
    return {
      logger,
      store: SealedSecretStore.create({ knex, keys: ring }),
      resealing: Resealing.create({ knex, keys: ring, logger }),
    };
  }

  /** Writes revisions from 1 on. */
  async function fill(count: number, ...keys: (typeof old)[]) {
    const { store } = replica(...keys);
    for (let revision = 1; revision <= count; revision += 1) {
      await store.write({ id, revision }, `value ${revision}`);
    }
  }

  it('moves to a new key without touching values, and then needs only that', async () => {
    await fill(450, old);
    const sealed = () =>
      knex('sealed_secrets').orderBy('revision').pluck('sealed');
    const before = await sealed();
    const both = replica(fresh, old);
    expect(await both.resealing.isNeeded()).toBe(true);
    expect(await both.resealing.run()).toEqual({
      resealed: 450,
      damaged: 0,
      unopenable: 0,
    });
    expect(both.logger.info).toHaveBeenCalledWith(
      expect.stringMatching(
        /^450 secrets.*'fresh' now. No older key is in use/,
      ),
    );
    expect(await both.resealing.isNeeded()).toBe(false);
    expect(await both.resealing.run()).toMatchObject({ resealed: 0 });
    expect(await both.resealing.uses()).toEqual([
      { keyId: 'fresh', secrets: 450, isConfigured: true },
      { keyId: 'old', secrets: 0, isConfigured: true },
    ]);
    expect(await sealed()).toEqual(before);
    const after = replica(fresh);
    expect(await after.store.read({ id, revision: 450 })).toBe('value 450');
  });

  it('lets replicas share the work while orders go on', async () => {
    await fill(600, old);
    const replicas = [replica(fresh, old), replica(fresh, old)];
    // One that is still at the first step of the roll-out.
    const behind = replica(old, fresh);
    let isDone = false;
    const orders = (async () => {
      let revision = 1_000;
      while (!isDone) {
        revision += 1;
        await behind.store.write({ id, revision }, `value ${revision}`);
        await behind.store.read({ id, revision: 1 + (revision % 600) });
        expect(await replicas[0].store.read({ id, revision })).toBe(
          `value ${revision}`,
        );
        await replicas[1].store.remove({ id, revision });
      }
      return revision - 1_000;
    })();
    const results = await Promise.all(
      replicas.map(({ resealing }) => resealing.run()),
    );
    isDone = true;
    expect(await orders).toBeGreaterThan(3);
    expect(
      results.reduce((sum, { resealed }) => sum + resealed, 0),
    ).toBeGreaterThanOrEqual(600);
    for (let revision = 1; revision <= 600; revision += 1) {
      expect(await behind.store.read({ id, revision })).toBe(
        `value ${revision}`,
      );
    }
  });

  it('ends when two replicas have the keys the other way round', async () => {
    await fill(450, old);
    const [next, behind] = [replica(fresh, old), replica(old, fresh)];
    await Promise.all([next.resealing.run(), behind.resealing.run()]);
    await next.resealing.run();
    expect(await next.resealing.isNeeded()).toBe(false);
    expect(await behind.store.read({ id, revision: 450 })).toBe('value 450');
  });

  it('stops between portions, and goes on later', async () => {
    await fill(450, old);
    const both = replica(fresh, old);
    const stop = new AbortController();
    const running = both.resealing.run(stop.signal);
    setTimeout(() => stop.abort(), 15);
    const { resealed } = await running;
    expect(resealed).toBeGreaterThan(0);
    expect(resealed).toBeLessThan(450);
    expect(await both.resealing.run()).toMatchObject({
      resealed: 450 - resealed,
    });
  });

  it('goes past what does not open, and says so once', async () => {
    await fill(250, old);
    await knex('sealed_secrets')
      .where({ revision: 7 })
      .update({ wrapped_key: Buffer.alloc(60, 9) });
    await replica({ id: 'lost', key: Buffer.alloc(32, 3) }).store.write(
      { id: 'other', revision: 1 },
      'gone',
    );
    const { logger, resealing } = replica(fresh, old);
    expect(await resealing.run()).toEqual({
      resealed: 249,
      damaged: 1,
      unopenable: 1,
    });
    expect(await resealing.run()).toEqual({
      resealed: 0,
      damaged: 1,
      unopenable: 1,
    });
    expect(logger.error.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/^1 secrets are sealed with a key that is not/),
      expect.stringMatching(/^1 secrets do not open with the key/),
    ]);
    expect(logger.info).toHaveBeenCalledWith(
      expect.stringContaining("Still in use: 'old' by 1"),
    );
  });

  it('is seen by Prometheus', async () => {
    await fill(3, old);
    const reader = new PeriodicExportingMetricReader({
      exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    });
    const provider = new MeterProvider({ readers: [reader] });
    const { resealing } = replica(fresh, old);
    measureSealedSecrets(resealing, provider.getMeter('test'));
    const { resourceMetrics } = await reader.collect();
    const [{ metrics }] = resourceMetrics.scopeMetrics;
    expect(metrics[0].descriptor.name).toBe('slipway.databases.sealed_secrets');
    expect(
      metrics[0].dataPoints.map(({ value, attributes }) => ({
        value,
        ...attributes,
      })),
    ).toEqual([
      { value: 0, key: 'fresh', configured: 'true' },
      { value: 3, key: 'old', configured: 'true' },
    ]);
    await provider.shutdown();
  });
});
