import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { observeProcess } from './processMetrics';

/**
 * Makes OpenTelemetry collect what the plugins measure.
 *
 * @remarks
 *
 * Has to run before the backend is created, since OpenTelemetry hands out meters that measure
 * nothing until a provider is there.
 *
 * @returns The exporter, which knows how to answer a scrape but does not listen by itself.
 */
export function installMetrics(): PrometheusExporter {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({
    readers: [exporter],
    resource: resourceFromAttributes({
      'service.name': process.env.OTEL_SERVICE_NAME || 'slipway',
    }),
  });
  metrics.setGlobalMeterProvider(meterProvider);
  observeProcess(meterProvider);
  return exporter;
}
