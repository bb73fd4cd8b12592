import { TestDatabases } from '@backstage/backend-test-utils';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { startWithBackups, type WithBackups } from '../__testUtils__/backups';
import { order } from '../__testUtils__/startPlugin';

jest.setTimeout(120_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('what Prometheus sees', () => {
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
  });
  const meters = new MeterProvider({ readers: [reader] });
  let world: WithBackups;

  beforeAll(async () => {
    metrics.setGlobalMeterProvider(meters);
    world = await startWithBackups(databases);
  });
  afterAll(async () => {
    await world?.stop();
    await meters.shutdown();
    metrics.disable();
  });

  const read = async (name: string) => {
    const { resourceMetrics } = await reader.collect();
    return resourceMetrics.scopeMetrics
      .flatMap(scope => scope.metrics)
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) =>
        dataPoints.map(({ value, attributes }) => ({ value, ...attributes })),
      );
  };
  const place = {
    engine: 'postgres',
    environment: 'development',
    provider: 'shared',
  };

  it('counts orders that are ready, with how long they took', async () => {
    await world.plugin.ready('orders');
    expect(await read('platform.provisioning.success')).toEqual([
      { value: 1, ...place },
    ]);
    const [taken] = await read('platform.provisioning.duration');
    expect(taken).toMatchObject({
      ...place,
      value: { count: 1, sum: expect.any(Number) },
    });
    const { sum } = taken.value as { sum: number };
    expect(sum).toBeGreaterThan(0.05);
    expect(sum).toBeLessThan(60);
    expect(await read('platform.provisioning.failure')).toEqual([]);
  });

  it('counts orders that failed, and none that was called off', async () => {
    await world.tenants.admin.query(
      'ALTER ROLE provisioner NOCREATEDB NOCREATEROLE',
    );
    const { body } = await world.plugin.sam.post('/databases', order('bad'));
    await world.plugin.until(`/operations/${body.operation.id}`, 'failed');
    await world.tenants.admin.query(
      'ALTER ROLE provisioner CREATEDB CREATEROLE',
    );
    expect(await read('platform.provisioning.failure')).toEqual([
      { value: 1, ...place },
    ]);
    await world.plugin.nora.put('/pauses/shared', { reason: 'A test' });
    const { body: held } = await world.plugin.sam.post(
      '/databases',
      order('held'),
    );
    await world.plugin.sam.post(`/databases/${held.database.id}/cancel`);
    await world.plugin.until(`/operations/${held.operation.id}`, 'cancelled');
    await world.plugin.nora.delete('/pauses/shared');
    expect(await read('platform.provisioning.failure')).toHaveLength(1);
    expect(await read('platform.database.operations.ended')).toEqual(
      expect.arrayContaining([
        { value: 1, type: 'create', outcome: 'succeeded' },
        { value: 1, type: 'create', outcome: 'failed' },
        { value: 1, type: 'create', outcome: 'cancelled' },
      ]),
    );
  });

  it('says what is under way, and how long ago a restore was proven', async () => {
    const without = () => read('platform.database.without_proven_restore');
    expect(await without()).toEqual([{ value: 1, environment: 'development' }]);
    expect(await read('platform.database.proven_restore.age')).toEqual([]);
    const [{ id }] = (await world.plugin.sam.get('/databases?search=orders'))
      .body.items;
    await world.backUp(id);
    expect(await without()).toEqual([{ value: 0, environment: 'development' }]);
    const [{ value }] = await read('platform.database.proven_restore.age');
    expect(value).toBeLessThan(60);
    expect(await read('platform.database.operations')).toEqual(
      ['pending', 'running', 'waiting', 'uncertain'].map(state => ({
        value: 0,
        state,
      })),
    );
    expect(await read('platform.database.queue.age')).toEqual([{ value: 0 }]);
  });
});
