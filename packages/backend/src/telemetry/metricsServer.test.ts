import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  mockServices,
  ServiceFactoryTester,
} from '@backstage/backend-test-utils';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { createMetricsServerServiceFactory } from './metricsServer';

function start(listen: { host?: string; port: number } | undefined) {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  provider.getMeter('test').createCounter('orders').add(3);
  return ServiceFactoryTester.from(
    createMetricsServerServiceFactory(exporter),
    {
      dependencies: [
        mockServices.rootConfig.factory({
          data: listen ? { metrics: { listen } } : {},
        }),
      ],
    },
  ).getSubject();
}

describe('metrics server', () => {
  it("serves Prometheus' format on its own address, and nothing else", async () => {
    const { address } = await start({ port: 0 });
    const base = `http://${address?.host}:${address?.port}`;

    expect(address?.host).toBe('127.0.0.1');
    expect(await (await fetch(`${base}/metrics`)).text()).toMatch(
      /^orders_total\{.*\} 3$/m,
    );
    expect((await fetch(`${base}/`)).status).toBe(404);
  });

  it('does not listen unless it is told where', async () => {
    expect(await start(undefined)).toEqual({});
  });

  it('leaves the portal running when the address is taken', async () => {
    const other = createServer();
    await new Promise<void>(resolve => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const { port } = other.address() as AddressInfo;
    expect(await start({ port })).toEqual({});
    other.close();
  });
});
